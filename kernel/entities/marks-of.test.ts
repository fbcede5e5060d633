import { expect, test } from 'vitest'
import type { BoundEntity } from '../console.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'
import { marksOf } from './marks-of.ts'

test('T-04 the marks of a page are asked for once a kind, each record once, and of kinds that have none not at all', async () => {
  const asked: (readonly string[])[] = []
  const mark = { tone: 'danger' as const, word: say`Frozen`, text: say`Nothing of it moves.` }
  const entity = (marks?: BoundEntity['marks']) => ({ marks }) as BoundEntity
  const kernel = {
    pool: {} as Kernel['pool'],
    entities: new Map([
      [
        'transfer',
        entity(async (_kernel, ids) => {
          asked.push(ids)
          return new Map([['tr_2', [mark]]])
        }),
      ],
      ['file', entity()],
    ]),
  }
  const marks = await marksOf(kernel, [
    { kind: 'transfer', id: 'tr_1' },
    { kind: 'file', id: 'tr_2' },
    { kind: 'transfer', id: 'tr_2' },
    { kind: 'transfer', id: 'tr_1' },
    { kind: 'unheard_of', id: 'tr_2' },
  ])
  expect(asked).toEqual([['tr_1', 'tr_2']])
  expect([...marks]).toEqual([['transfer/tr_2', [mark]]])
})
