import { inEnglish } from '@countersign/testkit/in-english.ts'
import { expect, test } from 'vitest'
import type { ReadContext } from '../actions/define-action.ts'
import type { EntityType } from '../entities/define-entity.ts'
import { defineReveal } from '../reveal/define-reveal.ts'
import { defineErasure } from './define-erasure.ts'
import { type Erasable, erasable } from './erasable.ts'
import type { SubjectData } from './subject-data.ts'

type Parcel = {
  readonly id: string
  readonly sender: string
  readonly label?: string
  readonly code?: string
}

const PARCEL: Parcel = { id: 'p1', sender: 'Ada Obi', label: 'For my aunt' }
const ACTOR = { actor: { id: 'awa', roles: [] }, reason: undefined }

const plain: EntityType<Parcel, unknown> = {
  kind: 'parcel',
  console: 'post',
  read: async () => ({ status: 'found', version: '1', state: PARCEL }),
  personal: [
    {
      path: 'sender.name',
      class: 'name',
      value: ({ sender }) => sender,
      subject: () => ({ kind: 'sender', id: 's7' }),
    },
    { path: 'label', class: 'free_text', value: ({ label }) => label },
    { path: 'door_code', class: 'free_text', value: ({ code }) => code },
  ],
  present: () => ({ title: 'Parcel p1', state: 'under way', data: {} }),
}
const type = erasable(plain)

/** The parcel as it is read after these erasures. */
async function parcel(erased: SubjectData['erased']): Promise<Erasable<Parcel>> {
  const data = { kept: true, notes: 0, files: 0, held: 0, filesUntil: null, open: [], erased }
  const context = { ask: async () => data } as unknown as ReadContext
  const reading = await type.read('p1', {}, context)
  if (reading.status !== 'found') throw new Error('the parcel is there')
  return reading.state
}

const fieldsOf = (state: Erasable<Parcel>) =>
  Object.fromEntries(
    (type.personal ?? []).map(({ path, value, erasedAt }) => [path, [value(state), erasedAt?.(state)]]),
  )

const AT = '2026-11-20T09:00:00Z'

test('K-35 before it is asked for, an erasure names what goes with the record, and whose the rest is', async () => {
  const { summary, effects } = inEnglish(
    defineErasure(type).preview(await parcel({}), { reference: 'DSR-1' }, ACTOR),
  )
  expect(summary).toContain('label')
  expect(summary).not.toMatch(/sender|door code/)
  expect(effects).toContain('Data of sender s7, readable here until that is erased itself: sender name.')
  const { effects: afterwards } = inEnglish(
    defineErasure(type).preview(await parcel({ 'sender/s7': AT }), { reference: 'DSR-1' }, ACTOR),
  )
  expect(afterwards.join()).not.toContain('s7')
})

test('K-35 a record that is erased says what of it was, and whose data stands on it still', async () => {
  const erased = await parcel({ 'parcel/p1': AT })
  // What is another's is readable, and what it never had was not erased.
  expect(fieldsOf(erased)).toEqual({
    'sender.name': ['Ada Obi', undefined],
    label: [undefined, AT],
    door_code: [undefined, undefined],
  })
  const [banner] = inEnglish(type.present(erased).banners ?? [])
  expect(banner?.text).toMatch(/erased on 2026-11-20: label, /)
  expect(banner?.text).toContain('Data of sender s7, readable here until that is erased itself: sender name.')
  expect(banner?.text).not.toContain('door code')
  const both = await parcel({ 'parcel/p1': AT, 'sender/s7': AT })
  expect(inEnglish(type.present(both).banners?.[0]?.text)).not.toContain('readable')
  expect(fieldsOf(both)['sender.name']).toEqual([undefined, AT])
})

test('K-35 what is erased is offered for reveal no more, and a field is called by its words', async () => {
  const reveal = defineReveal(type)
  const erased = await parcel({ 'parcel/p1': AT })
  const decide = (field: string) => reveal.decide(erased, { field }, { ...ACTOR, now: new Date(AT) })
  expect(decide('label')).toMatchObject({ decision: 'refuse' })
  expect(decide('sender.name')).toMatchObject({ decision: 'accept' })
  expect(inEnglish(reveal.preview(erased, { field: 'sender.name' }, ACTOR).summary)).toBe(
    'The sender name is shown for 5 minutes, to whoever asks for this alone.',
  )
})
