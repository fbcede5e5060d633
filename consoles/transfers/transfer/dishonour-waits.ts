import { refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { wasDishonoured } from './returned-transfer.ts'
import type { Transfer } from './transfer.ts'

/** Why there is no dishonour to answer; undefined where one waits. */
export function dishonourWaits(record: Transfer) {
  if (record.state === 'dishonour_received') return undefined
  if (!wasDishonoured(record)) {
    return refuse('not_dishonoured', say`Nothing that was sent back here was dishonoured by its bank.`)
  }
  return record.return.contest === undefined
    ? refuse('dishonour_accepted', say`The dishonour was accepted: the entry stands.`)
    : refuse(
        'dishonour_contested',
        say`The dishonour was contested already, with ${record.return.contest.code}.`,
      )
}
