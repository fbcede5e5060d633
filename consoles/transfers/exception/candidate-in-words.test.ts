import { inEnglish } from '@countersign/testkit/in-english.ts'
import { expect, test } from 'vitest'
import { candidateInWords } from './candidate-in-words.ts'

const words = (grounds: object[] | undefined, why = 'As Recon says.') =>
  inEnglish(candidateInWords({ grounds: grounds as never, why }))

test('T-05 why a candidate is proposed is told in words: same amount, reference has 2231, 0 days', () => {
  const reference = { ground: 'reference_has', text: 'INV2231' }
  expect(words([{ ground: 'same_amount' }, reference, { ground: 'days_apart', count: 0 }])).toBe(
    'same amount, reference has INV2231, 0 days',
  )
  expect(
    words([
      { ground: 'amount_differs', amount: { amount: '5.00', currency: 'USD' } },
      { ground: 'reference_mistyped', count: 1 },
      { ground: 'days_apart', count: 1 },
    ]),
  ).toBe('amount differs by 5.00 USD, reference differs in 1 character, 1 day')
  expect(words([{ ground: 'sum_of_one_party', count: 3 }])).toBe('sum of 3, same party')
})

test('T-05 K-30 what two references have in common and can be none is not repeated: it may name somebody', () => {
  expect(words([{ ground: 'reference_has', text: 'MARIAROSALES' }])).toBe('one reference stands in the other')
})

test('T-05 an upstream that gives no grounds, or one that is not known here, is quoted', () => {
  expect(words(undefined)).toBe('As Recon says.')
  expect(words([{ ground: 'same_amount' }, { ground: 'unheard_of' }])).toBe('As Recon says.')
})
