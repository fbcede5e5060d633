import { refusedAt } from './import-refusal.ts'

/** Every Nacha record is this long (Nacha Operating Rules, Appendix Three). */
export const RECORD_COLUMNS = 94

/** A longer stretch without a line end, in a file that has line ends, is refused before it is buffered. */
const LINE_CHARACTERS_MAX = 4096

/** Enough of the beginning to tell whether records stand on lines: two records and a line end. */
const DETECTION_CHARACTERS = 2 * RECORD_COLUMNS + 2

const LF = 10
const CR = 13

/** One physical record. `text` is latin1, so that each character is one byte and its column is exact. */
export type NachaLine = { text: string; number: number }

type Blocking = 'unknown' | 'lf' | 'cr' | 'none'

/**
 * Cuts a Nacha file into records as its bytes arrive. Real files come with CRLF, LF or CR line ends, or with none, or with one
 * per block of ten records; in the last two cases the number of a line is that of the record.
 * @param onLine takes each record, whatever its length
 */
export function nachaLines(onLine: (line: NachaLine) => void) {
  let blocking: Blocking = 'unknown'
  let rest = ''
  let number = 0

  function emit(text: string): void {
    number += 1
    onLine({ text, number })
  }

  function cutLines(text: string, separator: '\n' | '\r', last: boolean): void {
    let start = 0
    for (;;) {
      const end = text.indexOf(separator, start)
      if (end < 0) break
      const stop = separator === '\n' && end > start && text.charCodeAt(end - 1) === CR ? end - 1 : end
      emit(text.slice(start, stop))
      start = end + 1
    }
    rest = text.slice(start)
    if (rest.length > LINE_CHARACTERS_MAX) throw tooLong(number + 1)
    if (last && rest !== '') emit(rest)
  }

  function cutRecords(text: string, last: boolean): void {
    let start = 0
    for (;;) {
      while (isLineEnd(text.charCodeAt(start))) start += 1
      if (text.length - start < RECORD_COLUMNS) break
      emit(text.slice(start, start + RECORD_COLUMNS))
      start += RECORD_COLUMNS
    }
    rest = text.slice(start)
    if (last && rest !== '') emit(rest)
  }

  function cut(text: string, last: boolean): void {
    if (blocking === 'unknown') {
      if (text.length < DETECTION_CHARACTERS && !last) {
        rest = text
        return
      }
      blocking = blockingOf(text)
    }
    if (blocking === 'none') cutRecords(text, last)
    else cutLines(text, blocking === 'lf' ? '\n' : '\r', last)
  }

  return {
    push(chunk: Buffer): void {
      cut(rest + chunk.toString('latin1'), false)
    },
    /** Hands on what is left. Returns the number of the last line. */
    end(): number {
      cut(rest, true)
      return number
    },
  }
}

function isLineEnd(code: number): boolean {
  return code === LF || code === CR
}

function blockingOf(text: string): Blocking {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (!isLineEnd(code)) continue
    const betweenRecords = index > RECORD_COLUMNS && index % RECORD_COLUMNS === 0
    if (betweenRecords) return 'none'
    return code === CR && text.charCodeAt(index + 1) !== LF ? 'cr' : 'lf'
  }
  return text.length >= DETECTION_CHARACTERS || text.length % RECORD_COLUMNS === 0 ? 'none' : 'lf'
}

function tooLong(line: number) {
  return refusedAt(
    line,
    RECORD_COLUMNS + 1,
    `Line ${line} is longer than ${LINE_CHARACTERS_MAX} characters; a Nacha record has ${RECORD_COLUMNS}.`,
  )
}
