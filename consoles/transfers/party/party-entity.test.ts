import { inEnglish } from '@countersign/testkit/in-english.ts'
import { expect, test } from 'vitest'
import type { Party } from './party.ts'
import { party } from './party-entity.ts'

const frozen: Party = {
  ...{ id: 'pty_1', version: 1, kind: 'company', name: 'Acme', country: 'US' },
  ...{ frozen: true, frozen_since: '2026-11-20T09:00:00Z', freeze_reason: 'court_order' },
}
const shown = (record: Party) => inEnglish(party.present(record))

test('T-04 X-08 a frozen party says what it is and why in words, each of them one that can be told in another language', () => {
  expect(shown(frozen)).toMatchObject({
    data: { freeze_reason: 'court_order', freeze_reason_title: 'Court or authority order' },
    banners: [{ text: 'Frozen: no transfer of this company leaves or is returned until that ends.' }],
  })
  expect(shown({ ...frozen, kind: 'person', freeze_reason: 'elsewhere' })).toMatchObject({
    data: { freeze_reason_title: null },
    banners: [{ text: 'Frozen: no transfer of this person leaves or is returned until that ends.' }],
  })
})
