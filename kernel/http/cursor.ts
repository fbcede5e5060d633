import { z } from 'zod'
import { say, written } from '../languages/say.ts'
import { unstorableMember } from '../personal-data/unstorable-member.ts'

/** An opaque place in a list: base64url of JSON, checked on the way in. */
export function encodeCursor(place: object): string {
  return Buffer.from(JSON.stringify(place), 'utf8').toString('base64url')
}

/** A query parameter `cursor` that holds what `schema` describes. */
export function cursorParameter<Schema extends z.ZodType>(schema: Schema) {
  return z
    .string()
    .max(1_024)
    .transform((text, context): z.output<Schema> => {
      const place = parseJson(text)
      // What no list of ours can have given, no store is asked about: U+0000 in a text that is encoded stands in no address.
      const parsed = unstorableMember(place, '') === undefined ? schema.safeParse(place) : undefined
      if (parsed?.success) return parsed.data
      context.issues.push({
        code: 'custom',
        input: text,
        message: written(say`is not a cursor that this list gave`),
      })
      return z.NEVER
    })
}

/** A time in a cursor. What no clock of ours can have said (the database has no year 0) is none of our cursors. */
export const cursorTime = z.iso
  .datetime({ precision: 6 })
  .refine((text) => !text.startsWith('0000'), written(say`is not a time`))

/** SQL that gives a time as a cursor holds it: with microseconds, so that no two rows are taken for one. */
export function cursorTimeSql(expression: string): string {
  return `to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
}

/** 1 to 200; more is refused. */
export function limitParameter(fallback: number) {
  return z
    .string()
    .regex(/^[1-9]\d{0,2}$/, written(say`must be a whole number from 1 to 200`))
    .transform(Number)
    .refine((limit) => limit <= 200, written(say`must be from 1 to 200`))
    .default(fallback)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
