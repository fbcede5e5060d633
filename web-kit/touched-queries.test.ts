import { QueryClient } from '@tanstack/react-query'
import { describe, expect, test } from 'vitest'
import { readChange } from './live.tsx'
import { touchedQueries } from './touched-queries.ts'

function staleAfter(change: { topic: string; kind: string; id: string }, keys: unknown[][]): unknown[][] {
  const queries = new QueryClient()
  for (const key of keys) queries.setQueryData(key, 'answer')
  for (const queryKey of touchedQueries({ ...change, position: 1 })) {
    void queries.invalidateQueries({ queryKey })
  }
  return keys.filter((key) => queries.getQueryState(key)?.isInvalidated === true)
}

describe('K-29 a change makes old what it names', () => {
  test('K-29 a changed transfer is read again, with its timeline, and no other', () => {
    const stale = staleAfter({ topic: 'transfers.transfer.settled', kind: 'transfer', id: 'tr_1' }, [
      ['entity', 'transfer', 'tr_1'],
      ['timeline', 'transfer', 'tr_1'],
      ['entity', 'transfer', 'tr_2'],
      ['entity', 'party', 'tr_1'],
    ])
    expect(stale).toEqual([
      ['entity', 'transfer', 'tr_1'],
      ['timeline', 'transfer', 'tr_1'],
    ])
  })

  test('K-47 an alert that is raised or seen to is read again, with the list and its count', () => {
    const stale = staleAfter({ topic: 'kernel.alert.raised', kind: 'alert', id: 'transfers.1' }, [
      ['alerts', 'open'],
      ['entity', 'alert', 'transfers.1'],
      ['rosters'],
      ['queues'],
    ])
    expect(stale).toEqual([
      ['alerts', 'open'],
      ['entity', 'alert', 'transfers.1'],
    ])
  })

  test('X-02 a list in use keeps its rows; only its head is read again', () => {
    const stale = staleAfter(
      { topic: 'kernel.work_item.claimed', kind: 'work_item', id: 'transfers.returns:tr_1' },
      [
        ['queue-items', 'transfers.returns', {}],
        ['queue-head', 'transfers.returns', {}],
        ['queue-head', 'transfers.exceptions', {}],
      ],
    )
    expect(stale).toEqual([['queue-head', 'transfers.returns', {}]])
  })

  test('K-39 a request that moved is read again wherever it is listed', () => {
    const stale = staleAfter({ topic: 'kernel.request.approved', kind: 'request', id: 'r1' }, [
      ['request', 'r1'],
      ['request', 'r2'],
      ['requests', { requested_by: 'me' }],
      ['approvals'],
    ])
    expect(stale).toEqual([['request', 'r1'], ['requests', { requested_by: 'me' }], ['approvals']])
  })

  test('K-29 a message that is no change is left aside', () => {
    expect(readChange('not json')).toBeNull()
    expect(readChange('{"position":4}')).toBeNull()
    expect(readChange('{"topic":"t","kind":"k","id":"i","position":4}')).toEqual({
      topic: 't',
      kind: 'k',
      id: 'i',
      position: 4,
    })
  })
})
