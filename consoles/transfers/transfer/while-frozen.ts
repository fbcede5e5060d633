import { refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { shownName } from './shown-party.ts'
import type { Transfer } from './transfer.ts'

/** CTS moves no money of a frozen party; so nobody is asked to agree to it either. */
export function whileFrozen(record: Transfer) {
  const frozen = [record.originator, record.receiver].filter((party) =>
    record.frozen_parties.includes(party.party_id),
  )
  if (frozen.length === 0) return undefined
  const names = frozen.map(shownName)
  return refuse(
    'party_frozen',
    names.length === 1
      ? say`${names} is frozen: no transfer of it is returned until that ends.`
      : say`${names} are frozen: no transfer of theirs is returned until that ends.`,
  )
}
