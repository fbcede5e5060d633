import { ImportRefusal } from '../import/import-refusal.ts'
import { textAt, type XmlElement, xmlElements } from '../import/xml-elements.ts'
import { xmlText } from '../import/xml-text.ts'
import type { EntryAlias, ListEntry, Span } from './list-entry.ts'
import { ListRefusal } from './list-refusal.ts'
import type { ListFile } from './read-sdn.ts'
import { yearSpan } from './sdn-remarks.ts'

const NUMBERED = new Set(['INDIVIDUAL', 'ENTITY'])
const ENTRIES_MAX = 500_000

/**
 * Reads the Security Council's consolidated list as it is published in XML.
 * @throws ListRefusal where it is not that, with the place
 */
export async function readUnList(
  file: ListFile,
): Promise<{ published: string | undefined; entries: ListEntry[] }> {
  const entries: ListEntry[] = []
  let root: XmlElement | undefined
  const xml = xmlElements(
    {
      open(element) {
        if (!element.parent) {
          root = element
          if (element.name !== 'CONSOLIDATED_LIST') {
            throw xml.refuse(
              `The document is <${element.name}>, not the Security Council's <CONSOLIDATED_LIST>.`,
            )
          }
        }
        if (NUMBERED.has(element.name)) element.kept = true
      },
      close(element) {
        if (!NUMBERED.has(element.name)) return
        if (entries.length >= ENTRIES_MAX) throw xml.refuse(`There are more than ${ENTRIES_MAX} entries.`)
        const uid = textAt(element, 'DATAID')
        const name = nameOf(element)
        if (uid === undefined) throw xml.refuseAt(element, 'It has no DATAID.')
        if (name === '') throw xml.refuseAt(element, 'It has no FIRST_NAME.')
        entries.push(entryOf(element, uid, name))
        xml.release(element)
      },
    },
    NUMBERED,
  )
  const text = xmlText(xml.line)
  try {
    for await (const piece of file.bytes) xml.push(text.push(Buffer.from(piece)))
    xml.push(text.end())
    xml.end()
  } catch (error) {
    if (!(error instanceof ImportRefusal)) throw error
    throw new ListRefusal(
      file.name,
      error.errors[0]?.line ?? xml.line(),
      undefined,
      error.message.replace(/\.$/, ''),
    )
  }
  if (entries.length === 0) throw new ListRefusal(file.name, undefined, undefined, 'there is no entry in it')
  return { published: root?.attributes.dateGenerated?.slice(0, 10), entries }
}

const nameOf = (element: XmlElement) =>
  ['FIRST_NAME', 'SECOND_NAME', 'THIRD_NAME', 'FOURTH_NAME']
    .map((part) => textAt(element, part))
    .filter((part) => part !== undefined)
    .join(' ')

function entryOf(element: XmlElement, uid: string, name: string): ListEntry {
  const individual = element.name === 'INDIVIDUAL'
  const prefix = individual ? 'INDIVIDUAL' : 'ENTITY'
  const script = textAt(element, 'NAME_ORIGINAL_SCRIPT')
  return {
    uid: textAt(element, 'REFERENCE_NUMBER') ?? uid,
    kind: individual ? 'individual' : 'entity',
    name,
    aliases: [
      ...(script === undefined ? [] : [{ name: script, as: 'aka' as const, weak: false }]),
      ...all(element, `${prefix}_ALIAS`).flatMap(aliasOf),
    ],
    programs: [textAt(element, 'UN_LIST_TYPE')].filter((one) => one !== undefined),
    identifiers: {
      born: all(element, 'INDIVIDUAL_DATE_OF_BIRTH').flatMap(bornOf),
      places: all(element, 'INDIVIDUAL_PLACE_OF_BIRTH').map(placeOf).filter(Boolean),
      nationalities: all(element, 'NATIONALITY').flatMap((one) => values(one)),
      passports: all(element, 'INDIVIDUAL_DOCUMENT').flatMap((one) =>
        /passport/i.test(textAt(one, 'TYPE_OF_DOCUMENT') ?? '') ? (textAt(one, 'NUMBER') ?? []) : [],
      ),
    },
    addresses: all(element, `${prefix}_ADDRESS`).map(placeOf).filter(Boolean),
    remarks: textAt(element, 'COMMENTS1') ?? null,
  }
}

function aliasOf(element: XmlElement): EntryAlias[] {
  const name = textAt(element, 'ALIAS_NAME')
  const quality = textAt(element, 'QUALITY')
  if (name === undefined) return []
  return [{ name, as: quality === 'f.k.a.' ? 'fka' : 'aka', weak: quality === 'Low' }]
}

function bornOf(element: XmlElement): Span[] {
  const day = textAt(element, 'DATE')?.slice(0, 10)
  if (day !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(day)) return [{ from: day, to: day }]
  const year = /^\d{4}/.exec(textAt(element, 'YEAR') ?? '')?.[0]
  if (year !== undefined) return [yearSpan(year)]
  const from = /^\d{4}/.exec(textAt(element, 'FROM_YEAR') ?? '')?.[0]
  const to = /^\d{4}/.exec(textAt(element, 'TO_YEAR') ?? '')?.[0]
  return from === undefined || to === undefined ? [] : [{ from: `${from}-01-01`, to: `${to}-12-31` }]
}

const placeOf = (element: XmlElement) =>
  ['STREET', 'CITY', 'STATE_PROVINCE', 'COUNTRY']
    .map((part) => textAt(element, part))
    .filter((part) => part !== undefined)
    .join(', ')

const all = (element: XmlElement, name: string) => element.children.filter((child) => child.name === name)
const values = (element: XmlElement) => element.children.map(({ text }) => text).filter(Boolean)
