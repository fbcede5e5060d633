import { z } from 'zod'

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
      const parsed = schema.safeParse(parseJson(text))
      if (parsed.success) return parsed.data
      context.issues.push({ code: 'custom', input: text, message: 'is not a cursor that this list gave' })
      return z.NEVER
    })
}

/** 1 to 200; more is refused. */
export function limitParameter(fallback: number) {
  return z.coerce
    .number()
    .int('must be a whole number from 1 to 200')
    .min(1, 'must be from 1 to 200')
    .max(200, 'must be from 1 to 200')
    .default(fallback)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
