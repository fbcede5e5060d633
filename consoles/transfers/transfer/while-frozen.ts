import { refuse } from '@countersign/kernel/actions/define-action.ts'
import { saidFrozen } from '../party/said-frozen.ts'
import { shownName } from './shown-party.ts'
import type { Transfer } from './transfer.ts'

/** CTS moves no money of a frozen party; so nobody is asked to agree to it either. */
export function whileFrozen(record: Transfer) {
  const frozen = [record.originator, record.receiver].filter((party) =>
    record.frozen_parties.includes(party.party_id),
  )
  if (frozen.length === 0) return undefined
  return refuse('party_frozen', saidFrozen(frozen.map(shownName)))
}
