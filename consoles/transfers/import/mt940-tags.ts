import { refusedAt } from './import-refusal.ts'

/** Longest line and longest tag taken; SWIFT allows 65 characters a line and some 400 a tag, banks go beyond. */
const LINE_CHARACTERS_MAX = 4_096
const TAG_CHARACTERS_MAX = 32 * 1024

/** The tags of MT940 and MT942 (SWIFT Standards, category 9), and NS, which Central European banks add. */
const TAGS = new Set(
  '13 13D 20 21 25 25P 28 28C 34 34F 60 60F 60M 61 62 62F 62M 64 65 86 90 90C 90D NS'.split(' '),
)

const TAG_START = /^:(\d\d[A-Z]?|NS):/

/** A tag with its content: lines joined by a line feed. `prefix` is how many characters the tag itself takes. */
export type Mt940Tag = { tag: string; content: string; line: number; prefix: number }

/**
 * Cuts SWIFT text into tags as its bytes arrive. A line that begins with no known tag continues the one before: a text may begin
 * with a colon. `onEnd` is called at the end of a message (`-`); what follows up to the next tag 20 is envelope.
 */
export function mt940Tags(handler: { onTag: (tag: Mt940Tag) => void; onEnd: (line: number) => void }) {
  let rest = ''
  let number = 0
  let open: { tag: string; lines: string[]; characters: number; line: number; prefix: number } | undefined
  let anyText = false

  function finishTag(): void {
    if (!open) return
    const content = readable(open.lines.join('\n')).trimEnd()
    handler.onTag({ tag: open.tag, content, line: open.line, prefix: open.prefix })
    open = undefined
  }

  function takeLine(raw: string): void {
    number += 1
    if (raw.length > LINE_CHARACTERS_MAX) throw lineTooLong(number)
    // Some banks send the control characters of the line protocol (STX, ETX) with the file.
    const text = withoutControls(raw)
    const zero = text.indexOf('\u0000')
    if (zero >= 0)
      throw refusedAt(number, zero + 1, 'Byte 0x00 is not allowed: this is a binary file, not SWIFT text.')
    if (text.trim() !== '') anyText = true
    const found = TAG_START.exec(text)
    const tag = found?.[1]
    if (found && tag !== undefined && TAGS.has(tag)) {
      finishTag()
      const prefix = found[0].length
      open = { tag, lines: [text.slice(prefix)], characters: text.length, line: number, prefix }
    } else if (text === '-' || text.startsWith('-}')) {
      finishTag()
      handler.onEnd(number)
    } else if (open) {
      open.characters += text.length + 1
      if (open.characters > TAG_CHARACTERS_MAX) {
        throw refusedAt(
          number,
          1,
          `Tag :${open.tag}: in line ${open.line} is longer than ${TAG_CHARACTERS_MAX} characters.`,
        )
      }
      open.lines.push(text)
    }
  }

  function cut(text: string, last: boolean): void {
    let start = 0
    for (;;) {
      const end = text.indexOf('\n', start)
      if (end < 0) break
      takeLine(text.slice(start, end))
      start = end + 1
    }
    rest = text.slice(start)
    if (rest.length > LINE_CHARACTERS_MAX) throw lineTooLong(number + 1)
    if (last && rest !== '') takeLine(rest)
  }

  return {
    push: (chunk: Buffer) => cut(rest + chunk.toString('latin1'), false),
    end(): void {
      cut(rest, true)
      finishTag()
      handler.onEnd(number)
    },
    /** Whether anything but blanks has been read. */
    anyText: () => anyText,
  }
}

/** The line and column of a place inside a tag's content. */
export function placeIn(tag: Mt940Tag, offset: number): { line: number; column: number } {
  const before = tag.content.slice(0, offset).split('\n')
  const last = before.at(-1) ?? ''
  const column = last.length + 1 + (before.length === 1 ? tag.prefix : 0)
  return { line: tag.line + before.length - 1, column }
}

/** Bytes read as latin1 are UTF-8 where they can be: banks send either, and the standard knows neither. */
function readable(latin1: string): string {
  if (/^[\n\r\t\u0020-\u007e]*$/.test(latin1)) return latin1
  const bytes = Buffer.from(latin1, 'latin1')
  const text = bytes.toString('utf8')
  return text.includes('\ufffd') ? latin1 : text
}

function withoutControls(raw: string): string {
  const text = raw.replaceAll('\u0001', '').replaceAll('\u0002', '').replaceAll('\u0003', '')
  return text.endsWith('\r') ? text.slice(0, -1) : text
}

function lineTooLong(line: number) {
  return refusedAt(
    line,
    LINE_CHARACTERS_MAX + 1,
    `Line ${line} is longer than ${LINE_CHARACTERS_MAX} characters; this is not SWIFT text.`,
  )
}
