import { moneyFromWire } from '@countersign/kernel/money/money.ts'
import type { ReconException } from './exception.ts'
import type { Partner } from './partner.ts'
import { partnerNamed } from './partner.ts'
import { leftOver, type Share } from './shares-of.ts'

/** How far amounts may differ and be taken for the same: what a bank keeps. In thousandths of the line. */
const TOLERANCE_PERMILLE = 20n
/** References shorter than this are too common to be found inside another. */
const TELLING_CHARACTERS_MIN = 6
const HAS_DIGIT = /\d/
const DAY_OR_MONTH = /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?$/

/**
 * A share for which nothing speaks: `stranger`, it was not proposed, has another amount and no reference in common with the line;
 * `parted`, line and partner both keep something, which the one could have had of the other.
 */
export type UnlikeShare = Share & { readonly partner: Partner; readonly how: 'stranger' | 'parted' }

/**
 * What a second person looks at before a line is assigned so: an assignment that nothing explains hides two differences in one
 * another, and leaves of a line as little as whoever makes it likes. That amounts come to the line speaks for one partner alone: among
 * enough strangers there are always some that come to it together.
 */
export function unlikeShares(record: ReconException, shares: readonly Share[]): UnlikeShare[] {
  const found = shares.flatMap((share) => {
    const partner = partnerNamed(record, share.id)
    return partner === undefined ? [] : [{ ...share, partner }]
  })
  const chosen = new Set(found.flatMap(({ partner }) => [partner.id, partner.posting_id]))
  const line = moneyFromWire(record.amount).minor
  const alone = found.length === 1
  const comesToLine = found.every(({ partner }) => !isMuch(moneyFromWire(partner.open).minor - line, line))
  const strange = found.map(({ partner }) => partner).filter((partner) => !shareReference(record, partner))
  const like = (alone && comesToLine) || areProposed(record, strange, chosen, alone)
  const left = leftOver(record, shares)
  const leaves = left !== undefined && isMuch(moneyFromWire(left).minor, line)
  return found.flatMap((one): UnlikeShare[] => {
    const keeps = moneyFromWire(one.partner.open).minor - moneyFromWire(one.amount).minor
    if (leaves && isMuch(keeps, line)) return [{ ...one, how: 'parted' }]
    return like || !strange.includes(one.partner) ? [] : [{ ...one, how: 'stranger' }]
  })
}

function isMuch(difference: bigint, line: bigint): boolean {
  return (difference < 0n ? -difference : difference) * 1000n > line * TOLERANCE_PERMILLE
}

/**
 * Whether all of these were proposed as one, by nothing but what was chosen: of a sum one alone is as strange to the line as any other,
 * and so is what was proposed for itself and is made to come to the line with others.
 */
function areProposed(
  { candidates }: ReconException,
  some: readonly Partner[],
  chosen: ReadonlySet<string>,
  alone: boolean,
): boolean {
  return candidates
    .map((candidate) => [candidate.id, ...(candidate.with ?? []).map((other) => other.id)])
    .some(
      (ids) =>
        (alone || ids.length > 1) &&
        ids.every((id) => chosen.has(id)) &&
        some.every(({ id, posting_id }) => ids.includes(id) || ids.includes(posting_id)),
    )
}

/** The bank's text counts as its reference does: it is where many banks put it. */
function shareReference({ reference, description = '' }: ReconException, partner: Partner): boolean {
  const [ours, theirs] = [keyOf(reference), keyOf(partner.reference)]
  if (tells(theirs) && standsIn(`${reference} ${description}`, theirs)) return true
  return (HAS_DIGIT.test(ours) && ours === theirs) || (tells(ours) && standsIn(partner.reference, ours))
}

/** Words ("PAYMENT", "NOTPROVIDED") and days stand in the texts of strangers too. */
function tells(key: string): boolean {
  return key.length >= TELLING_CHARACTERS_MIN && HAS_DIGIT.test(key) && !DAY_OR_MONTH.test(key)
}

/** Whether it stands in the text as words of their own, and not within others. */
function standsIn(text: string, key: string): boolean {
  const spelled = [...key].join('[^A-Z0-9]*')
  return new RegExp(`(?<![A-Z0-9])${spelled}(?![A-Z0-9])`).test(text.toUpperCase())
}

/** Banks drop and add blanks, punctuation and case. */
function keyOf(reference: string): string {
  return reference.toUpperCase().replace(/[^A-Z0-9]/g, '')
}
