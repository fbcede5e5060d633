import fc from 'fast-check'
import { expect, test } from 'vitest'
import { closedPath } from './closed-path.ts'

const WORDS = [
  ...['settlement', 'ledger', 'accounting-period', 'reconciliation', 'financial-report'],
  ...['money-movement', 'override-approval', 'accounting', 'ledger-lock'],
]
const codeOf = (url: string, method = 'GET') => closedPath(method, url)?.code

/** Ways of writing a character otherwise that some reader on the way undoes. */
const disguised = (path: string) =>
  fc
    .array(fc.constantFrom('plain', 'encoded', 'twice', 'upper', 'wide', 'hidden'), {
      minLength: path.length,
      maxLength: path.length,
    })
    .map((ways) => [...path].map((char, at) => written(char, ways[at] ?? 'plain')).join(''))

function written(char: string, way: string): string {
  const encoded = encodeURIComponent(char).replace(char, `%${char.charCodeAt(0).toString(16)}`)
  switch (way) {
    case 'encoded':
      return encoded
    case 'twice':
      return encoded.replaceAll('%', '%25')
    case 'upper':
      return char.toUpperCase()
    case 'wide':
      return /[a-z]/.test(char) ? encodeURIComponent(String.fromCodePoint(char.charCodeAt(0) + 0xfee0)) : char
    case 'hidden':
      return `${char}%E2%80%8B`
    default:
      return char
  }
}

const word = fc.constantFrom(...WORDS)
const slashes = fc.constantFrom('/', '//', '/./', '/x/../', '\\', '%2f', '%252F', '/;a=b/')

const path = fc
  .tuple(disguised('api'), slashes, disguised('ops'), slashes, word.chain(disguised))
  .map((parts) => `/${parts.join('')}`)
const rest = fc.constantFrom('', 's', '/confirm', '?a=1', '/../merchants', ';b=c', '.json')

test('P-11 however a path below /api/ops is written that names finance, it is refused', () => {
  fc.assert(
    fc.property(path, rest, (begins, ends) => {
      expect(codeOf(`${begins}${ends}`)).toBe('finance_not_allowed')
    }),
    { numRuns: 2_000 },
  )
})

test('P-11 nor does it help to encode a path over and over', () => {
  for (const times of [1, 13, 40, 4_000]) {
    expect(codeOf(`/api/ops/%${'25'.repeat(times)}6cedger`)).toBe('finance_not_allowed')
  }
})

test('P-11 a segment that only holds such a word is closed too, on purpose', () => {
  for (const url of ['/api/ops/settlements', '/api/ops/x-ledgerbook', '/api/ops/accountings/1']) {
    expect([url, codeOf(url)]).toEqual([url, 'finance_not_allowed'])
  }
})

test('P-11 P-03 what names no finance is closed to nobody, and a word in the query is no segment', () => {
  for (const url of [
    ...['/api/ops/merchants', '/api/ops/dashboard', '/api/ops/ip-whitelist/settle', '/v1/requests'],
    ...['/api/ops/merchants?name=settlement', '/api/ops/audit-logs#ledger', '/settlement', '/'],
  ]) {
    expect([url, codeOf(url)]).toEqual([url, undefined])
  }
  expect(codeOf('/api/ledger/entries')).toBe('finance_role_required')
  expect(codeOf('/API//Settlements/confirm', 'POST')).toBe('finance_role_required')
  expect(codeOf('/api/accounting_periods/lock', 'POST')).toBe('finance_role_required')
})

test('P-03 whatever is no reading below /api/ops/transactions is refused as read-only', () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
    expect(codeOf('/api/ops/transactions/txn_1/refund', method)).toBe('read_only')
    expect(codeOf('/api/ops/%74ransactions', method)).toBe('read_only')
  }
  expect(codeOf('/api/ops/transactions/txn_1')).toBeUndefined()
})
