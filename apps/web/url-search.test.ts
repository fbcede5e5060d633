import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { signInUrl } from './shell/sign-in-url.ts'
import { parseSearch, stringifySearch } from './url-search.ts'

describe('X-01 every state is in the URL', () => {
  test('X-01 what was put in comes out, whatever it is', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string({ minLength: 1 })), (search) => {
        const { __proto__: _, ...own } = search
        expect(parseSearch(stringifySearch(own).slice(1))).toEqual({ ...own })
      }),
    )
  })

  test('X-01 a reference and a list read as they are written', () => {
    expect(stringifySearch({ open: 'transfer:tr_8123', rail: 'ach,wire', act: undefined })).toBe(
      '?open=transfer:tr_8123&rail=ach,wire',
    )
  })
})

describe('K-01 a sign-in comes back to this application only', () => {
  test('K-01 an address elsewhere is not followed', () => {
    for (const elsewhere of [
      'https://evil.example/',
      '//evil.example',
      '/auth/logout',
      '/application',
      'javascript:1',
    ]) {
      expect(signInUrl(elsewhere)).toBe('/auth/login?return_to=%2Fapp%2F')
    }
    expect(signInUrl('/app/transfers/returns?open=transfer:tr_1')).toBe(
      '/auth/login?return_to=%2Fapp%2Ftransfers%2Freturns%3Fopen%3Dtransfer%3Atr_1',
    )
  })
})
