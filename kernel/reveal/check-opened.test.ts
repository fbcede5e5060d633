import { expect, test } from 'vitest'
import { checkOpened } from './check-opened.ts'
import { takenFields } from './hidden-fields.ts'

type Payee = { readonly account?: string }
const payee = {
  personal: [
    { path: 'payee.account', class: 'account', value: (state: unknown) => (state as Payee).account },
  ] as const,
}
const pays = (declared: string, taken = declared) => ({
  ...{ name: 'depot.pay', targetKind: 'payee' },
  opensOfRecord: { fields: [{ path: declared, title: 'Account' }], taken: () => [taken] },
})

test('K-16 K-30 an action that has a field opened which its record does not have does not start', () => {
  const start =
    (path: string, kind = 'payee') =>
    () =>
      checkOpened([pays(path)], new Map([[kind, payee]]))
  expect(start('payee.account')).not.toThrow()
  expect(start('payee.iban')).toThrow('depot.pay has payee.iban opened, which is no personal data of a payee')
  expect(start('payee.account', 'payer')).toThrow('depot.pay')
})

test('K-16 K-30 nothing that an action takes from its record is left out but a value that is not there', () => {
  const taken = (state: Payee, path: string) => takenFields(payee, pays('payee.account', path), state, {})
  expect(taken({ account: '3706702995' }, 'payee.account')).toMatchObject([
    { path: 'payee.account', title: 'Account', value: '3706702995' },
  ])
  expect(taken({}, 'payee.account')).toEqual([])
  expect(() => taken({ account: '3706702995' }, 'payee.iban')).toThrow('depot.pay takes payee.iban')
})
