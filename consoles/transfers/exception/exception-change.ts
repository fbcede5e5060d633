import { refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { deliverToRecon } from '../recon/deliver-to-recon.ts'
import type { ExceptionChange } from '../recon/recon-port.ts'
import type { ReconException } from './exception.ts'

/** What was accepted of every action on an exception: the change that Recon is asked for. */
export type AcceptedChange = { readonly id: string; readonly change: ExceptionChange }

/** How it is carried out: at Recon, on the version that was decided on. */
export const atRecon = deliverToRecon<AcceptedChange>(
  ({ id, change }, { upstreams, key, targetVersion, signal }) =>
    upstreams.recon.changeException(id, change, { key, ifMatch: targetVersion, signal }),
)

/** Why nothing can be done to an exception that is not open; undefined where it is. */
export function unlessOpen({ state, settled_by: by, settled_at: at, residual_of }: ReconException) {
  switch (state) {
    case 'open':
      return undefined
    case 'assigned':
      return by === undefined || at === undefined
        ? refuse('already_assigned', say`A statement has shown its partner; there is nothing left to do.`)
        : refuse('already_assigned', say`It was assigned by ${by}, ${new Date(at)}.`)
    case 'written_off':
      return refuse(
        'already_written_off',
        by === undefined || at === undefined
          ? say`It was written off already.`
          : say`It was written off by ${by}, ${new Date(at)}.`,
      )
    case 'withdrawn':
      return refuse(
        'withdrawn',
        say`The assignment that left it over was taken back; ${residual_of ?? ''} is open again in its place.`,
      )
    default:
      return state satisfies never
  }
}
