import { expect, test } from 'vitest'
import { type Hit, hitSchema } from './hit.ts'
import { hit } from './hit-entity.ts'

const record = (more: Partial<Record<keyof Hit, unknown>>): Hit =>
  hitSchema.parse({
    id: 'hit_1',
    version: 1,
    party_id: 'pty_1',
    screened_name: 'Dexter Thackery Jr',
    listed_name: 'THACKERAY, Dexter',
    list: 'OFAC SDN',
    list_version: '2026-11-01',
    score: 0.9,
    rule_id: 'name_85',
    identifiers: [],
    state: 'open',
    ...more,
  })
const compared = (of: Hit) =>
  hit.present(of).data.compared as Record<
    'screened' | 'listed',
    { text: string; match: string; why?: string }[]
  >

test('T-06 a hit says of each word of both names how it fared', () => {
  const { screened, listed } = compared(record({}))
  expect(screened.map(({ text, match }) => [text, match])).toEqual([
    ['Dexter', 'same'],
    ['Thackery', 'close'],
    ['Jr', 'different'],
  ])
  expect(listed.map(({ text, match }) => [text, match])).toEqual([
    ['THACKERAY', 'close'],
    ['Dexter', 'same'],
  ])
})

test('T-06 of a company the form it has is compared as one, of a person it is a name', () => {
  const names = { screened_name: 'Larkspur Limited', listed_name: 'LARKSPUR GmbH' }
  const last = (kind: string) => compared(record({ ...names, party_kind: kind })).screened.at(-1)
  expect(last('company')).toMatchObject({ text: 'Limited', match: 'same' })
  expect(last('person')).toMatchObject({ text: 'Limited', match: 'different' })
})
