import { createReadStream } from 'node:fs'
import { publishedData } from '@countersign/testkit/published-data.ts'
import { expect, test } from 'vitest'
import { ListRefusal } from './list-refusal.ts'
import { readUnList } from './read-un-list.ts'

const data = publishedData('D19_screening_dev')

async function* once(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text)
}
const read = (text: string) => readUnList({ name: 'un.xml', bytes: once(text) })

test.skipIf(data.absent)('T-13 the Security Council’s list is read as published', async () => {
  const bytes = createReadStream(data.file('UN_consolidated.xml'))
  const { published, entries } = await readUnList({ name: 'UN_consolidated.xml', bytes })
  const kinds = (kind: string) => entries.filter((one) => one.kind === kind).length
  expect([published, kinds('individual'), kinds('entity')]).toEqual(['2026-02-27', 730, 273])
  expect(entries[0]).toMatchObject({
    uid: 'CDi.001',
    name: 'ERIC BADEGE',
    programs: ['DRC'],
    identifiers: {
      born: [{ from: '1971-01-01', to: '1971-12-31' }],
      nationalities: ['Democratic Republic of the Congo'],
    },
  })
  expect(entries[1]?.aliases[0]).toEqual({ name: 'FRANK KAKORERE', as: 'aka', weak: false })
})

test.each([
  ['<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><CONSOLIDATED_LIST/>', /DOCTYPE/],
  ['<OTHER/>', /is <OTHER>, not the Security Council/],
  [
    '<CONSOLIDATED_LIST><INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID></INDIVIDUAL></INDIVIDUALS></CONSOLIDATED_LIST>',
    /no FIRST_NAME/,
  ],
  ['<CONSOLIDATED_LIST><INDIVIDUALS><INDIV', /not well-formed|XML/],
  ['<CONSOLIDATED_LIST/>', /no entry/],
])('T-13 %s is refused', async (text, reason) => {
  const refusal = await read(text).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(ListRefusal)
  expect(String(refusal)).toMatch(reason)
})
