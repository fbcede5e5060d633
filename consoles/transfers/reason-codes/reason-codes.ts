import type { Said } from '@countersign/kernel/languages/say.ts'
import { ISO_RETURN_REASONS } from './iso20022-return-reasons.ts'
import { NACHA_CHANGE_CODES, type NachaChangeCode } from './nacha-change-codes.ts'
import { NACHA_RETURN_CODES, type NachaReturnUse } from './nacha-return-codes.ts'

/** A payment rail, as CTS names it. */
export type Rail = 'ach' | 'sepa_ct' | 'wire'

/** A code with the words that an operator reads. */
export type ReturnReason = { code: string; title: Said }

const REASONS_OF_RAIL: Readonly<Record<Rail, ReadonlyMap<string, { title: Said }>>> = {
  ach: NACHA_RETURN_CODES,
  sepa_ct: ISO_RETURN_REASONS,
  wire: ISO_RETURN_REASONS,
}

/**
 * The reasons that a return on this rail may give, in the order of their codes: Nacha return codes for ACH, ISO 20022 external
 * return reasons for credit transfers.
 */
export function returnReasonsOf(rail: Rail): readonly ReturnReason[] {
  if (rail === 'ach') return achReasonsOf('return')
  return [...REASONS_OF_RAIL[rail]].map(([code, { title }]) => ({ code, title })).sort(byCode)
}

/** The ACH codes of one use: what dishonours a return, what contests that. */
export function achReasonsOf(use: NachaReturnUse): readonly ReturnReason[] {
  return [...NACHA_RETURN_CODES]
    .filter(([, reason]) => reason.use === use)
    .map(([code, { title }]) => ({ code, title }))
    .sort(byCode)
}

/** What refuses a notification of change. */
export function changeRefusals(): readonly ReturnReason[] {
  return [...NACHA_CHANGE_CODES]
    .filter(([, { refusal }]) => refusal)
    .map(([code, { title }]) => ({ code, title }))
    .sort(byCode)
}

/** The reason behind a code of this rail, or undefined where the rail's published list does not have it. */
export function returnReason(rail: Rail, code: string): ReturnReason | undefined {
  const found = REASONS_OF_RAIL[rail].get(code)
  return found && { code, title: found.title }
}

/** What a Nacha notification of change corrects, or undefined for an unknown code. */
export function changeReason(code: string): (NachaChangeCode & { code: string }) | undefined {
  const found = NACHA_CHANGE_CODES.get(code)
  return found && { code, ...found }
}

function byCode(one: ReturnReason, other: ReturnReason): number {
  return one.code < other.code ? -1 : 1
}
