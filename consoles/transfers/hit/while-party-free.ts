import { refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import type { Hit } from './hit.ts'

/** A true match is somebody whose money stands still; so only of those who are frozen a hit is confirmed by itself. */
export function whilePartyFree({ partyFrozen }: Hit) {
  return partyFrozen === true
    ? undefined
    : refuse(
        'party_not_frozen',
        say`Its party is not frozen. Freeze the party for this hit: that confirms it, once it is carried out.`,
      )
}
