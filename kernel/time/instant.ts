import { z } from 'zod'
import { say, written } from '../languages/say.ts'

/** Time stamps outside are typing errors or attacks; the database could not hold the far ones. */
const FIRST_YEAR = 1970
const LAST_YEAR = 2199

/** `2026-03-31T12:00:00.123456789+14:00` */
const LENGTH_MAX = 35

/** A point in time, RFC 3339 with its zone, of the years 1970 to 2199: what columns and `Date` can hold. */
export const instant = z.iso
  .datetime({
    offset: true,
    abort: true,
    error: ({ input }) =>
      input === undefined
        ? undefined
        : written(say`must be an RFC 3339 time with its offset, such as 2026-03-01T00:00:00Z`),
  })
  .max(LENGTH_MAX, written(say`must have at most nine digits of a second`))
  .refine(
    (value) => isInRange(new Date(value).getUTCFullYear()),
    written(say`must be a time of the years ${FIRST_YEAR} to ${LAST_YEAR}`),
  )

/** A calendar day, `2026-03-31`, of the same years. */
export const day = z.iso
  .date()
  .refine(
    (value) => isInRange(Number(value.slice(0, 4))),
    written(say`must be a day of the years ${FIRST_YEAR} to ${LAST_YEAR}`),
  )

function isInRange(year: number): boolean {
  return year >= FIRST_YEAR && year <= LAST_YEAR
}
