import { inEnglish } from '@countersign/testkit/in-english.ts'
import { expect, test } from 'vitest'
import { evidenceType } from './evidence-types.ts'

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const PDF = Buffer.from('%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF')
/** An empty archive: the end-of-directory record alone (APPNOTE 4.3.16). */
const ZIP = Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)])

const outcome = async (bytes: Buffer | string, declared: string) => {
  const found = await evidenceType(Buffer.from(bytes), declared)
  return found.ok ? found.value : `${found.failure.code}: ${inEnglish(found.failure.fields?.[0]?.message)}`
}

test('K-27 a file is what its content shows; what it was declared as must agree', async () => {
  expect(await outcome(PDF, 'application/pdf')).toBe('application/pdf')
  expect(await outcome(PNG, 'image/png; name=x')).toBe('image/png')
  expect(await outcome(ZIP, 'application/x-zip-compressed')).toBe('application/zip')
  expect(await outcome(PNG, 'application/octet-stream')).toBe('image/png')
  expect(await outcome(PDF, 'image/png')).toContain(
    'is declared as image/png and its content is application/pdf',
  )
  expect(await outcome(ZIP, 'text/plain')).toContain('its content is application/zip')
  expect(await outcome('just words', 'application/pdf')).toContain('is plain text')
})

test('K-27 text is text in whatever 8-bit encoding, as declared', async () => {
  expect(await outcome('a;b\n1;2\n', 'text/csv')).toBe('text/csv')
  expect(await outcome('Zürich, 東京 \u{1F600}', 'text/plain')).toBe('text/plain')
  expect(await outcome(Buffer.from('Z\xfcrich', 'latin1'), 'text/plain')).toBe('text/plain')
  expect(await outcome('a,b', 'application/octet-stream')).toBe('text/plain')
  expect(await outcome('words\u0000more', 'text/plain')).toContain('none of these files')
  expect(await outcome('<?xml version="1.0"?><!-- s --><Document/>', 'text/xml')).toBe('application/xml')
})

test('K-27 nothing that is run or drawn as a page: by type, by content, behind any prolog', async () => {
  for (const declared of ['text/html', 'image/svg+xml', 'application/javascript', 'application/json', '']) {
    expect(await outcome('whatever', declared)).toContain('evidence_type_refused')
  }
  const pages = [
    '<!DOCTYPE html><p>x',
    '\ufeff\n <HTML lang="en">',
    '<script>alert(1)</script>',
    '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    '<?xml version="1.0"?><!-- a --><!DOCTYPE x [<!ENTITY y "z">]><!-- b --><h:html xmlns:h="http://www.w3.org/1999/xhtml"/>',
    '<svg/>',
  ]
  for (const page of pages) {
    for (const declared of ['text/plain', 'text/csv', 'application/xml', 'application/octet-stream']) {
      expect(await outcome(page, declared), page).toContain('a page that a browser would run')
    }
  }
  const utf16 = Buffer.from('\ufeff<?xml version="1.0"?><svg/>', 'utf16le')
  expect(await outcome(utf16, 'application/xml')).toContain('evidence_type_refused')
})

test('K-27 programs and what else is on no list are refused, whatever they are called', async () => {
  const programs = [Buffer.from('7f454c46020101000000000000000000', 'hex'), Buffer.from('GIF89a......')]
  for (const bytes of programs) {
    for (const declared of ['text/plain', 'application/pdf', 'application/octet-stream']) {
      expect(await outcome(bytes, declared)).toContain('evidence_type_refused')
    }
  }
})
