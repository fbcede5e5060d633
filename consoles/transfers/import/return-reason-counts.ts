/** ISO 20022 (Max35Text): no proprietary reason is longer. In characters. */
const REASON_CHARACTERS_MAX = 35
/** Reasons told apart in one file: the code sets of all schemes together have fewer. */
const REASONS_MAX = 1_000
/** Under which name the others are counted; each stands with its payment as the bank gives it. */
const OTHER_REASON = 'other'

/** Adds payments that came back for a reason to what was counted before. */
export function countReturnReason(counts: Map<string, number>, reason: string, payments = 1): void {
  const told = reason.length <= REASON_CHARACTERS_MAX && (counts.has(reason) || counts.size < REASONS_MAX)
  const name = told ? reason : OTHER_REASON
  counts.set(name, (counts.get(name) ?? 0) + payments)
}
