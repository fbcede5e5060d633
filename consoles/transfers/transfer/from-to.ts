import { shownName } from './shown-party.ts'
import type { Transfer } from './transfer.ts'

/** From whom the money goes to whom, as they may be shown: a debit takes it from its receiver. */
export function fromTo({
  side,
  originator,
  receiver,
}: Pick<Transfer, 'side' | 'originator' | 'receiver'>): readonly [from: string, to: string] {
  const [asks, answers] = [shownName(originator), shownName(receiver)]
  return side === 'debit' ? [answers, asks] : [asks, answers]
}
