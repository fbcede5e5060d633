import { z } from 'zod'

/** Field schemas that every upstream shares. */

export const Id = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,128}$/, 'must be 1 to 128 of A-Z a-z 0-9 . _ : -')
  .meta({ description: 'An identifier.' })

/** Free text that comes back byte for byte; what PostgreSQL or UTF-8 cannot hold is refused. */
export function text(max: number, min = 0) {
  return z
    .string()
    .min(min)
    .max(max)
    .refine((value) => !value.includes('\u0000'), 'must not contain the character U+0000')
    .refine((value) => !/\p{Surrogate}/u.test(value), 'must be well-formed Unicode (a lone surrogate is not)')
}

/** PostgreSQL has no year 0, and knows no zone that is 16 hours away. */
const BEFORE_YEAR_1 = /^0000-/
const ZONE_TOO_FAR = /[+-](1[6-9]|2\d):\d\d$/

/** A calendar day that exists, `YYYY-MM-DD`. */
export const Day = z.iso
  .date('must be a day such as 2026-03-31')
  .refine((day) => !BEFORE_YEAR_1.test(day), 'must be a day of the years 0001 to 9999, such as 2026-03-31')

export const Instant = z.iso
  .datetime({ offset: true, error: 'must be an RFC 3339 time with zone such as 2026-03-31T12:00:00Z' })
  .refine(
    (time) => !BEFORE_YEAR_1.test(time) && !ZONE_TOO_FAR.test(time),
    'must be a time of the years 0001 to 9999 whose zone is at most 15:59 from UTC, such as 2026-03-31T12:00:00Z',
  )
  .meta({ description: 'RFC 3339, UTC.' })

export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be the SHA-256 of the file, 64 lower-case hexadecimal digits')

/** An integer in a path or query. */
export function integerParameter(min: number, max: number) {
  return z
    .string()
    .regex(/^(0|[1-9]\d{0,15})$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.number().int().min(min).max(max))
}

export const Version = z.number().int().min(1)
