import { randomBytes } from 'node:crypto'
import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { kernelMigrations } from '../migration-source.ts'
import { makeSealer, type Sealed, type Sealer } from '../personal-data/sealing.ts'
import { openNote, personal, sealInput } from './seal-input.ts'

const schema = z.object({ account: personal(z.string(), 'account'), amount: z.string() })
const target = { kind: 'transfer', id: 'tr_1' }
let database: TestDatabase
let sealer: Sealer

beforeAll(async () => {
  database = await createTestDatabase([kernelMigrations])
  sealer = makeSealer(database.pool('app'), randomBytes(32))
})
afterAll(() => database?.drop())

test('K-30 a classed field and the note are sealed before they are stored, the rest stays', async () => {
  const sealed = await sealInput(
    sealer,
    schema,
    { account: '9876544471', amount: '5.00' },
    'call Mrs Ngo',
    target,
  )
  expect(JSON.stringify(sealed)).not.toMatch(/9876544471|Ngo/)
  expect(sealed.input).toMatchObject({ account: { shown: '••••4471' }, amount: '5.00' })
  expect(await openNote(sealer, sealed.note, target)).toBe('call Mrs Ngo')
})

test('K-35 deleting the key of the subject erases what was sealed under it, at once', async () => {
  const erased = { kind: 'transfer', id: 'tr_2' }
  const [box] = await sealer.seal(erased, [{ text: 'Ngozi', class: 'name' }])
  expect(await sealer.open(erased, box as Sealed)).toBe('Ngozi')
  await database.pool('superuser').query("DELETE FROM kernel.subject_key WHERE subject = 'transfer/tr_2'")
  expect(await sealer.open(erased, box as Sealed)).toBeUndefined()
})
