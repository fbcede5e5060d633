import { fileTypeFromBuffer } from 'file-type'
import { type Failure, fail, ok, type Result } from '../actions/failure.ts'
import { type Said, say, type Text } from '../languages/say.ts'

/** A kind of file that may be attached. `text`: it has no signature, and two of these cannot be told apart by content. */
type EvidenceType = { readonly type: string; readonly title: Text; readonly text?: boolean }

/** Nothing here is run or drawn by a browser as a page: neither HTML nor SVG. */
export const EVIDENCE_TYPES: readonly EvidenceType[] = [
  { type: 'application/pdf', title: 'PDF' },
  { type: 'image/png', title: 'PNG' },
  { type: 'image/jpeg', title: 'JPEG' },
  { type: 'text/plain', title: say`plain text`, text: true },
  { type: 'text/csv', title: 'CSV', text: true },
  { type: 'application/xml', title: 'XML' },
  { type: 'application/zip', title: 'ZIP' },
  { type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', title: say`Excel workbook` },
  {
    type: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    title: say`Word document`,
  },
]

/** Other names for them; what says nothing leaves it to the content. */
const ALSO: Readonly<Record<string, string>> = {
  'text/xml': 'application/xml',
  'application/x-zip-compressed': 'application/zip',
  'image/jpg': 'image/jpeg',
  'application/csv': 'text/csv',
}
const SAYS_NOTHING = 'application/octet-stream'

/** How far into a text the first element is looked for. */
const PROLOG_MAX_BYTES = 64 * 1024

/**
 * The media type of a file, by its content. What it was declared as must agree.
 *
 * @param declared `Content-Type` as it came; `application/octet-stream` declares nothing
 */
export async function evidenceType(bytes: Buffer, declared: string): Promise<Result<string>> {
  const given = declared.split(';')[0]?.trim().toLowerCase() ?? ''
  const wanted = ALSO[given] ?? given
  const known = EVIDENCE_TYPES.find(({ type }) => type === wanted)
  if (!known && wanted !== SAYS_NOTHING)
    return fail(
      notTaken(given === '' ? say`no type is not taken as evidence` : say`${given} is not taken as evidence`),
    )
  const found = (await fileTypeFromBuffer(bytes))?.mime ?? (isXml(bytes) ? 'application/xml' : undefined)
  const content =
    found === undefined && isText(bytes) ? 'text' : (found && (ALSO[found] ?? found)) || 'unknown'
  if ((content === 'text' || content === 'application/xml') && isPage(bytes)) {
    return fail(notTaken(say`it is a page that a browser would run (HTML or SVG)`))
  }
  // What is not in an 8-bit encoding cannot be looked into here.
  if (content === 'application/xml' && !isText(bytes))
    return fail(notTaken(say`it is XML that is not in UTF-8`))
  if (content === 'text') {
    if (!known) return ok('text/plain')
    return known.text
      ? ok(known.type)
      : fail(notTaken(say`it is declared as ${known.type} and is plain text`))
  }
  if (!EVIDENCE_TYPES.some(({ type }) => type === content)) {
    return fail(
      notTaken(content === 'unknown' ? say`it is none of these files` : say`its content is ${content}`),
    )
  }
  // A table may well be of XML; a declared picture that is an archive is a mistake or worse.
  if (known && known.type !== content) {
    return fail(notTaken(say`it is declared as ${known.type} and its content is ${content}`))
  }
  return ok(content)
}

function notTaken(why: Said): Failure {
  const allowed = EVIDENCE_TYPES.map(({ type }) => type)
  return {
    kind: 'unsupported_media_type',
    code: 'evidence_type_refused',
    message: say`The file cannot be attached: ${why}. Allowed are ${EVIDENCE_TYPES.map(({ title }) => title)}.`,
    fields: [{ field: 'Content-Type', message: why, allowed }],
  }
}

/** Text of whatever 8-bit encoding a bank still writes: no control characters but those that lay text out. */
function isText(bytes: Buffer): boolean {
  return bytes.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d))
}

function isXml(bytes: Buffer): boolean {
  return isText(bytes) && /^\ufeff?\s*<\?xml[\s?]/.test(bytes.subarray(0, PROLOG_MAX_BYTES).toString('utf8'))
}

/** What may stand before the first element: byte order mark, prolog, comments, document type. */
const BEFORE_ELEMENT =
  /^(?:\xef\xbb\xbf)?(?:\s+|<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!doctype[^>[]*(?:\[[^\]]*\][^>]*)?>)*/i
const PAGE_TYPE = /<!doctype\s+(?:html|svg)/i
const PAGE_ELEMENT = /^<(?:[a-z_][\w.-]*:)?(?:html|svg|head|body|script|iframe|object|embed)[\s/>]/i

/** Whether its document type or first element is one that a browser draws as a page. */
function isPage(bytes: Buffer): boolean {
  const text = bytes.subarray(0, PROLOG_MAX_BYTES).toString('latin1')
  const before = BEFORE_ELEMENT.exec(text)?.[0] ?? ''
  return PAGE_TYPE.test(before) || PAGE_ELEMENT.test(text.slice(before.length))
}
