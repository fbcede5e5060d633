import { SaxesParser, type SaxesTagNS } from 'saxes'
import { ImportRefusal } from './import-refusal.ts'

/** Deepest nesting. ISO 20022 messages stay below 20. */
const DEPTH_MAX = 64
/** Longest run of characters without a tag: a text, a comment, an attribute, a processing instruction. */
const TOKEN_CHARACTERS_MAX = 1024 * 1024
/** What may stand before the first element. */
const PROLOG_CHARACTERS_MAX = 64 * 1024
/** Elements kept in memory at once: those of one entry, not of the file. */
const KEPT_ELEMENTS_MAX = 50_000
/** What these hold together, in texts and attributes; a text may come in pieces (CDATA), each shorter than the longest token. */
const KEPT_CHARACTERS_MAX = 1024 * 1024
/** Text is handed to the parser in pieces, so that its limits are looked at in between. */
const PIECE_CHARACTERS = 64 * 1024

export type XmlElement = {
  /** Local name: the prefix is the sender's own business. */
  name: string
  namespace: string
  attributes: Readonly<Record<string, string>>
  /** Own text, without blanks around it; only in kept elements. */
  text: string
  parent: XmlElement | undefined
  /** Number among the siblings of the same name, from 1. */
  index: number
  line: number
  /** Set by the handler: this element's whole subtree stays in memory until it closes. */
  kept: boolean
  children: XmlElement[]
  counts: Map<string, number>
}

export type XmlHandler = {
  open: (element: XmlElement) => void
  close: (element: XmlElement) => void
}

/**
 * Reads XML from text as it comes in, with limits, and without a document type definition: where one is declared, the document is
 * refused before anything in it could be expanded. Throws `ImportRefusal` with path and line, and what the handler throws.
 * @param numbered element names whose number is part of a path (`Ntry[3]`)
 */
export function xmlElements(handler: XmlHandler, numbered: ReadonlySet<string>) {
  const parser = new SaxesParser({ xmlns: true })
  let current: XmlElement | undefined
  let depth = 0
  let kept = 0
  let keptCharacters = 0
  let lastEvent = 0
  let begun = false

  const refuse = (message: string) => refusedIn(current, parser.line, message, numbered)

  parser.on('error', (error) => {
    // saxes puts line and column before its message; the refusal has its own.
    throw refuse(`The XML is not well-formed: ${error.message.replace(/^\d+:\d+: /, '')}`)
  })
  parser.on('doctype', () => {
    throw refuse(
      'The document declares a document type definition (DOCTYPE). Those can name external entities, so they are refused.',
    )
  })
  parser.on('opentag', (tag: SaxesTagNS) => {
    lastEvent = parser.position
    begun = true
    depth += 1
    if (depth > DEPTH_MAX) throw refuse(`Elements are nested deeper than ${DEPTH_MAX}.`)
    const parent = current
    const index = (parent?.counts.get(tag.local) ?? 0) + 1
    parent?.counts.set(tag.local, index)
    const element: XmlElement = {
      name: tag.local,
      namespace: tag.uri,
      attributes: Object.fromEntries(Object.values(tag.attributes).map((one) => [one.local, one.value])),
      text: '',
      parent,
      index,
      line: parser.line,
      kept: parent?.kept ?? false,
      children: [],
      counts: new Map(),
    }
    current = element
    handler.open(element)
    if (!element.kept) return
    kept += 1
    if (kept > KEPT_ELEMENTS_MAX) {
      throw refuse(`One entry has more than ${KEPT_ELEMENTS_MAX} elements.`)
    }
    keepCharacters(attributeCharacters(element))
    if (parent?.kept) parent.children.push(element)
  })
  const keepCharacters = (characters: number) => {
    keptCharacters += characters
    if (keptCharacters > KEPT_CHARACTERS_MAX) {
      throw refuse(`One entry holds more than ${KEPT_CHARACTERS_MAX} characters.`)
    }
  }
  const addText = (text: string) => {
    lastEvent = parser.position
    if (!current?.kept) return
    keepCharacters(text.length)
    current.text += text
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    lastEvent = parser.position
    const element = current
    if (!element) return
    const text = element.text.trim()
    if (element.kept) keptCharacters -= element.text.length - text.length
    element.text = text
    handler.close(element)
    if (element.kept && !element.parent?.kept) {
      kept = 0
      keptCharacters = 0
    }
    current = element.parent
    depth -= 1
  })

  return {
    push(text: string): void {
      if (!begun && parser.position === 0) checkBeginning(text)
      for (let start = 0; start < text.length; start += PIECE_CHARACTERS) {
        parser.write(text.slice(start, start + PIECE_CHARACTERS))
        if (parser.position - lastEvent > TOKEN_CHARACTERS_MAX) {
          throw refuse(`A text or tag is longer than ${TOKEN_CHARACTERS_MAX} characters.`)
        }
        if (!begun && parser.position > PROLOG_CHARACTERS_MAX) {
          throw refuse(`No element within the first ${PROLOG_CHARACTERS_MAX} characters.`)
        }
      }
    },
    end(): void {
      parser.close()
    },
    /** The line that is being read, from 1. */
    line: () => parser.line,
    pathOf: (element: XmlElement) => pathOf(element, numbered),
    /** A refusal at the place that is being read. */
    refuse,
    refuseAt: (element: XmlElement, message: string) => refusedIn(element, element.line, message, numbered),
    /** Takes a closed element out of its parent once it has been used, so that its memory is free. */
    release(element: XmlElement): void {
      const siblings = element.parent?.children
      if (siblings?.at(-1) === element) siblings.pop()
      kept -= countElements(element)
      keptCharacters -= countCharacters(element)
    },
  }
}

/** The first descendant along a path of names: `find(entry, 'BookgDt', 'Dt')`. */
export function find(element: XmlElement | undefined, ...names: string[]): XmlElement | undefined {
  let found = element
  for (const name of names) found = found?.children.find((child) => child.name === name)
  return found
}

/** The text at a path of names, or undefined where it is missing or empty. */
export function textAt(element: XmlElement | undefined, ...names: string[]): string | undefined {
  const text = find(element, ...names)?.text
  return text === '' ? undefined : text
}

/** A file of another kind is told by its first character, before the parser complains of something later. */
function checkBeginning(text: string): void {
  const first = text
    .replace(/^\ufeff/, '')
    .trimStart()
    .charAt(0)
  if (first === '<' || first === '') return
  const message = `The file is not XML: it begins with ${JSON.stringify(first)}, XML with "<".`
  throw new ImportRefusal([{ path: '/', line: 1, message }])
}

function countElements(element: XmlElement): number {
  return element.children.reduce((sum, child) => sum + countElements(child), 1)
}

function countCharacters(element: XmlElement): number {
  const own = element.text.length + attributeCharacters(element)
  return element.children.reduce((sum, child) => sum + countCharacters(child), own)
}

function attributeCharacters({ attributes }: XmlElement): number {
  return Object.values(attributes).reduce((sum, value) => sum + value.length, 0)
}

function refusedIn(
  element: XmlElement | undefined,
  line: number,
  message: string,
  numbered: ReadonlySet<string>,
): ImportRefusal {
  return new ImportRefusal([{ path: pathOf(element, numbered), line, message }])
}

function pathOf(element: XmlElement | undefined, numbered: ReadonlySet<string>): string {
  if (!element) return '/'
  const step =
    numbered.has(element.name) || element.index > 1 ? `${element.name}[${element.index}]` : element.name
  const parent = element.parent ? pathOf(element.parent, numbered) : ''
  return `${parent}/${step}`
}
