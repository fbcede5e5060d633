import { expect, test } from 'vitest'
import { assignException } from './assign-exception.ts'
import type { ReconException } from './exception.ts'
import { unlikeShares } from './unlike-shares.ts'

const usd = (amount: string) => ({ amount, currency: 'USD' })
const partner = (id: string, open: string, reference = 'PAYROLL 0711') => ({
  ...{ id, kind: 'transfer' as const, posting_id: `pst_${id}`, side: 'credit' as const },
  ...{ amount: usd(open), open: usd(open), date: '2026-11-03', reference, bound: [] },
})
const line = (more: Partial<ReconException>): ReconException => ({
  ...{
    id: 'exc_1',
    version: 1,
    kind: 'statement_line',
    side: 'credit',
    amount: usd('227.84'),
    date: '2026-11-03',
  },
  ...{ reference: 'INV-2231', account: '4410020030', state: 'open', candidates: [] },
  ...more,
})
const how = (record: ReconException, ...shares: [id: string, amount: string][]) =>
  unlikeShares(
    record,
    shares.map(([id, amount]) => ({ id, amount: usd(amount) })),
  ).map((one) => `${one.id} ${one.how}`)

test('T-05 an amount and a reference that are both others speak against a partner; either of them that is the same speaks for it', () => {
  expect(how(line({ partners: [partner('a', '177.84')] }), ['a', '177.84'])).toEqual(['a stranger'])
  expect(how(line({ partners: [partner('a', '900.00')] }), ['a', '227.84'])).toEqual(['a stranger'])
  expect(how(line({ partners: [partner('a', '227.84')] }), ['a', '227.84'])).toEqual([])
  // 2 % of the line, to the cent.
  expect(how(line({ partners: [partner('a', '223.29')] }), ['a', '223.29'])).toEqual([])
  expect(how(line({ partners: [partner('a', '223.28')] }), ['a', '223.28'])).toEqual(['a stranger'])
  expect(how(line({ partners: [partner('a', '900.00', 'inv 2231')] }), ['a', '227.84'])).toEqual([])
  expect(how(line({ partners: [partner('a', '900.00', 'RF INV 2231')] }), ['a', '227.84'])).toEqual([])
  // Too short to tell.
  const short = line({ reference: 'INV-1', partners: [partner('a', '900.00', 'INV-1234')] })
  expect(how(short, ['a', '227.84'])).toEqual(['a stranger'])
  const text = line({
    reference: '',
    description: 'Salary run PAYROLL 0711',
    partners: [partner('a', '900.00')],
  })
  expect(how(text, ['a', '227.84'])).toEqual([])
})

test('T-05 what Recon proposes is like the line, by its transfer or its posting; of a sum none without the others', () => {
  const sum = [
    {
      id: 'b',
      kind: 'transfer' as const,
      score: 0.7,
      why: '',
      with: [{ id: 'a', kind: 'transfer' as const }],
    },
  ]
  const partners = [partner('a', '177.84'), partner('b', '40.00')]
  expect(how(line({ candidates: sum, partners }), ['a', '177.84'], ['b', '40.00'])).toEqual([])
  expect(how(line({ candidates: sum, partners }), ['pst_a', '177.84'], ['b', '40.00'])).toEqual([])
  expect(how(line({ candidates: sum, partners }), ['a', '177.84'])).toEqual(['a stranger'])
  const alone = [{ id: 'a', kind: 'transfer' as const, score: 0.5, why: '' }]
  expect(how(line({ candidates: alone, partners }), ['a', '177.84'])).toEqual([])
})

test('T-05 several that come to the line together are strangers all the same: among enough of them some always do', () => {
  const partners = [partner('a', '127.84'), partner('b', '100.00'), partner('c', '50.00', 'INV-2231')]
  expect(how(line({ partners }), ['a', '127.84'], ['b', '100.00'])).toEqual(['a stranger', 'b stranger'])
  expect(how(line({ partners }), ['a', '127.84'], ['c', '50.00'])).toEqual(['a stranger'])
  const referred = partners.map((one) => ({ ...one, reference: 'RF INV 2231' }))
  expect(how(line({ partners: referred }), ['a', '127.84'], ['b', '100.00'])).toEqual([])
  // Proposed for itself is not proposed with the others; proposed with some of them speaks for those with whom the rest share a reference.
  const each = ['a', 'b'].map((id) => ({ id, kind: 'transfer' as const, score: 0.6, why: '' }))
  expect(how(line({ candidates: each, partners }), ['a', '127.84'], ['b', '100.00'])).toEqual([
    'a stranger',
    'b stranger',
  ])
  const together = [
    {
      ...each[0],
      id: 'a',
      kind: 'transfer' as const,
      score: 0.7,
      why: '',
      with: [{ id: 'b', kind: 'transfer' as const }],
    },
  ]
  const three: [string, string][] = [
    ['a', '127.84'],
    ['b', '60.00'],
    ['c', '40.00'],
  ]
  expect(how(line({ candidates: together, partners }), ...three)).toEqual([])
  const [first, second, third] = partners
  const strangers = [first, second, { ...third, ...partner('c', '50.00') }].flatMap((one) => one ?? [])
  expect(how(line({ candidates: together, partners: strangers }), ...three)).toEqual([
    'a stranger',
    'b stranger',
    'c stranger',
  ])
})

test('T-05 a part of what could be had speaks against it however good the partner: of the line as little is left as one likes', () => {
  const record = line({ partners: [partner('a', '227.84', 'INV-2231')] })
  expect(how(record, ['a', '128.00'])).toEqual(['a parted'])
  // What a bank keeps.
  expect(how(record, ['a', '224.00'])).toEqual([])
})

test('T-05 K-16 who agrees to strangers agrees to these: another proposal of Recon’s meanwhile is another version, and no forgery', () => {
  const versionWith = (unlike: readonly string[]) => assignException.restsOn(line({ unlike } as object))
  expect(versionWith([])).toBeUndefined()
  expect(versionWith(['a', 'b'])).toBe(versionWith(['b', 'a']))
  expect(versionWith(['a', 'b'])).not.toBe(versionWith(['a']))
})

test('T-05 what stands in the texts of strangers too is no reference in common: words, days, and a part of a longer one', () => {
  const said = (description: string, reference: string, own = '') =>
    how(line({ reference: own, description, partners: [partner('a', '900.00', reference)] }), ['a', '227.84'])
  const stranger = ['a stranger']
  expect(said('INCOMING PAYMENT FROM ABC LTD', 'PAYMENT')).toEqual(stranger)
  expect(said('SEPA CREDIT TRANSFER', 'credit-transfer')).toEqual(stranger)
  expect(said('', 'NOTPROVIDED', 'NOTPROVIDED')).toEqual(stranger)
  expect(said('VALUE 20261103', '2026-11-03')).toEqual(stranger)
  expect(said('VALUE 202611', '2026 11')).toEqual(stranger)
  expect(said('VALUE 20261103', '2611 03')).toEqual(stranger)
  expect(said('', 'INV-22314', 'INV-2231')).toEqual(stranger)
  expect(said('', 'XINV-2231', 'INV-2231')).toEqual(stranger)
  // Spelled otherwise it is the same.
  expect(said('PAYMENT inv/22 31 THANKS', 'INV-2231')).toEqual([])
  expect(said('', 'A1', 'a-1')).toEqual([])
})
