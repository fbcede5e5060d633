/** What a rule has found in the last 90 days, counted by score (in hundredths, rounded down) and by what became of it. */
export type FoundBefore = {
  readonly score: number
  readonly became: 'open' | 'cleared' | 'true_match' | 'not_raised'
  readonly count: number
}

/** Whether anybody has decided on any of it: without that a threshold cannot be judged. */
export const isDecided = (found: readonly Pick<FoundBefore, 'became'>[]): boolean =>
  found.some(({ became }) => became === 'cleared' || became === 'true_match')

/** What another threshold would have come to. */
export type BackTest = {
  readonly threshold: number
  /** Hits that it would have raised. */
  readonly caught: number
  /** False positives that nobody would have had to look at. */
  readonly spared: number
  /** True matches that it would have missed. */
  readonly lost: number
  /** Hits that are still to be decided, and that it would not have raised. */
  readonly undecided: number
  /** What was found and not raised, and would have been. */
  readonly added: number
}

const STEP = 0.01
const STEP_MAX = 0.05
/** Steps of a threshold, as scores are counted. */
const HUNDREDTHS = 100

export function backTest(found: readonly FoundBefore[], current: number, threshold: number): BackTest {
  const sum = (of: (one: FoundBefore) => boolean) =>
    found.filter(of).reduce((count, one) => count + one.count, 0)
  const dropped = (became: FoundBefore['became']) =>
    sum((one) => one.became === became && one.score >= current && one.score < threshold)
  return {
    threshold,
    caught: sum(({ score }) => score >= threshold),
    spared: dropped('cleared'),
    lost: dropped('true_match'),
    undecided: dropped('open'),
    added: sum(({ score, became }) => became === 'not_raised' && score >= threshold && score < current),
  }
}

const THRESHOLD_MAX = 0.99
const hundredths = (value: number) => Math.round(value * HUNDREDTHS)

/** Of the thresholds from one to another those that would have spared false positives and missed no true match, lowest first. */
function better(found: readonly FoundBefore[], current: number, from: number, to: number): BackTest[] {
  const tried = Array.from({ length: Math.max(0, hundredths(to) - hundredths(from) + 1) }, (_, step) =>
    backTest(found, current, (hundredths(from) + step) / HUNDREDTHS),
  )
  return tried.filter(({ spared, lost }) => spared > 0 && lost === 0)
}

/**
 * A threshold that would have spared false positives and missed no true match: at most 0.05 above the present one, so that what
 * it does is seen before it goes further. Undefined where there is none.
 */
export function proposedThreshold(found: readonly FoundBefore[], current: number): number | undefined {
  return better(found, current, current + STEP, furthest(current)).at(-1)?.threshold
}

/** How far a proposal goes. */
export const furthest = (current: number): number =>
  Math.min(THRESHOLD_MAX, (hundredths(current) + hundredths(STEP_MAX)) / HUNDREDTHS)

/** Where nothing is proposed: the first threshold further on that would have spared something and missed nobody. */
export function beyondProposal(found: readonly FoundBefore[], current: number): BackTest | undefined {
  return better(found, current, furthest(current) + STEP, THRESHOLD_MAX)[0]
}
