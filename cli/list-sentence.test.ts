import type { ListReport } from '@countersign/transfers/import/import-list.ts'
import { expect, test } from 'vitest'
import { listSentence } from './list-sentence.ts'

const taken: ListReport = {
  files: ['sdn.csv'],
  list: 'ofac_sdn',
  outcome: 'asked',
  version: 'ab'.repeat(32),
  published: '2026-11-20',
  entries: 7_379,
  names: 19_073,
  request: 'r1',
  errors: [],
}
const said = (report: Partial<ListReport>) => listSentence({ ...taken, ...report }, 'http://console')

test('T-13 what became of a list is said with its figures and with what is to be done', () => {
  expect(said({})).toBe(
    'OFAC SDN: 7\u202f379 entries with 19\u202f073 names, published 2026-11-20, version abababababab….\n' +
      '  It is in force once somebody else agrees: http://console/app/requests/r1',
  )
  expect(said({ outcome: 'unchanged' })).toMatch(/^OFAC SDN: unchanged, this version is in force: 7/)
  const quarantined = said({ outcome: 'quarantined', errors: [{ message: 'It has 9 entries.' }] })
  expect(quarantined).toMatch(/QUARANTINE, not in force[\s\S]*\n {2}It has 9 entries\.\n {2}See http:/)
  expect(quarantined).toContain('/app/entities/sanctions_list/ofac_sdn')
})

test('T-13 a refusal names the place, and obeys nothing that stands in the file', () => {
  const errors = [{ file: 'alt.csv', line: 3, message: 'alt.csv, line 3: alt_type is "\u001b[31m".' }]
  expect(said({ outcome: 'refused', errors })).toBe(
    'OFAC SDN: REFUSED. Nothing of it is kept.\n  alt.csv, line 3: alt_type is "\\u{1b}[31m".',
  )
})
