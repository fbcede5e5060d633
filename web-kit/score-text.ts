import { numberFormat } from './number-format.ts'

const DECIMALS = 3
const THOUSANDTHS = 1_000
/** What a double is off by: 0.955 is kept a little below itself. */
const OFF = 1e-9

/**
 * A score from 0 to 1, or the line that scores are held against, as they stand everywhere: in thousandths, cut off and never
 * rounded up, so that what is below a line never reads as if it reached it.
 */
export function scoreText(score: number, language: string): string {
  const format = numberFormat(language, { minimumFractionDigits: DECIMALS, maximumFractionDigits: DECIMALS })
  return format.format(Math.floor(score * THOUSANDTHS + OFF) / THOUSANDTHS)
}
