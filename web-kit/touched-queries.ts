import type { Change } from '@countersign/sdk/wire/live.ts'

/**
 * The cached answers that a change makes old, as query key prefixes. What a change does not name is left alone: a
 * list in use keeps its rows, only its head is read anew.
 */
export function touchedQueries(change: Change): string[][] {
  const { kind, id } = change
  switch (kind) {
    case 'request':
      return [
        ['request', id],
        ['entity', kind, id],
        ['timeline', kind, id],
        ['evidence', kind, id],
        ['revealed', kind, id],
        ['requests'],
        ['approvals'],
        ['queue-head'],
        ['overview'],
      ]
    case 'work_item':
      return [['queue-head', queueOf(id)], ['queues']]
    case 'view':
      return [['queue-views', queueOf(id)]]
    case 'operator':
      return [['queue-people'], ['entity', kind, id], ['timeline', kind, id]]
    case 'mentions':
      return [['mentions']]
    case 'evidence':
      return [['entity', kind, id]]
    case 'alert':
      return [['alerts'], ['overview'], ['entity', kind, id], ['timeline', kind, id]]
    case 'upstream':
      return [['upstreams'], ['entity', kind, id], ['timeline', kind, id]]
    case 'roster':
      return [['rosters'], ['entity', kind, id], ['timeline', kind, id]]
    case 'person':
      return [
        ...[['me'], ['actions'], ['queues'], ['access-review'], ['access-changes']],
        ...[
          ['entity', kind, id],
          ['timeline', kind, id],
        ],
      ]
    case 'role':
      return [['me'], ['actions'], ['queues']]
    default:
      return [
        ['entity', kind, id],
        ['timeline', kind, id],
        ['evidence', kind, id],
        ['revealed', kind, id],
        ['queue-head'],
        ['list-head', kind],
        ['queues'],
      ]
  }
}

/** `transfers.returns:tr_8123` is an item of `transfers.returns`, as is a view of it. */
function queueOf(id: string): string {
  return id.slice(0, id.indexOf(':'))
}
