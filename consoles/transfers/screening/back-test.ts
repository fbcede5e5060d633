/** What was found in the last 90 days, counted by score (in hundredths, rounded down) and by what became of it. */
export type FoundBefore = {
  readonly score: number
  readonly became: 'open' | 'cleared' | 'true_match' | 'superseded' | 'kept_back' | 'not_raised'
  readonly count: number
}

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

/**
 * A threshold that would have spared false positives and missed no true match: at most 0.05 above the present one, so that what
 * it does is seen before it goes further. Undefined where there is none.
 */
export function proposedThreshold(found: readonly FoundBefore[], current: number): number | undefined {
  const matches = found.filter(({ became }) => became === 'true_match').map(({ score }) => score)
  const most = Math.min(current + STEP_MAX, ...matches)
  const threshold = Math.round(most * HUNDREDTHS) / HUNDREDTHS
  return threshold > current && backTest(found, current, threshold).spared > 0 ? threshold : undefined
}
