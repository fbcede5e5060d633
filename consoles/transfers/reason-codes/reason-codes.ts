import type { Said } from '@countersign/kernel/languages/say.ts'
import { ISO_RETURN_REASONS } from './iso20022-return-reasons.ts'
import { NACHA_CHANGE_CODES, type NachaChangeCode } from './nacha-change-codes.ts'
import { NACHA_RETURN_CODES } from './nacha-return-codes.ts'

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
  return [...REASONS_OF_RAIL[rail]].map(([code, { title }]) => ({ code, title })).sort(byCode)
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
