import type { SaidValue } from '@countersign/kernel/languages/say.ts'

const DECIMALS = 3
const THOUSANDTHS = 1_000
/** What a double is off by: 0.955 is kept a little below itself. */
const OFF = 1e-9

/** A score, or the line that scores are held against, in a sentence: as on the screen, in thousandths that are cut off and never rounded up. */
export const saidScore = (score: number): SaidValue => ({
  figure: Math.floor(score * THOUSANDTHS + OFF) / THOUSANDTHS,
  decimals: DECIMALS,
})
