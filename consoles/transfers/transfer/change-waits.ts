import { refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import type { Transfer } from './transfer.ts'

/** Whether a notification of change came for it, whatever was answered. */
export function wasCorrected(record: Transfer): boolean {
  return record.change !== undefined
}

/** Why there is no notification of change to answer; undefined where one waits. */
export function changeWaits({ change }: Transfer) {
  if (!change) return refuse('no_change', say`No notification of change came for it.`)
  switch (change.answer?.answer) {
    case undefined:
      return undefined
    case 'refused':
      return refuse(
        'change_answered',
        say`The notification was refused already, with ${change.answer?.code ?? '–'}.`,
      )
    default:
      return refuse('change_answered', say`The notification was answered already: the originator was told.`)
  }
}
