import { z } from 'zod'
import { say, written } from '../languages/say.ts'

/** The universal join: timeline, notes, search, assignment and links work on it alone. */
export type EntityRef = { readonly kind: string; readonly id: string }

/**
 * The grammar of every id on the wire (contract: `[A-Za-z0-9._:-]{1,128}`), save those of dots alone: in a path, `..` is
 * the one above (RFC 3986 §5.2.4), and no encoding of it says otherwise.
 */
export const ENTITY_ID = /^(?!\.+$)[A-Za-z0-9._:-]{1,128}$/
const ENTITY_KIND = /^[a-z][a-z0-9_]{0,63}$/

export const entityId = z
  .string()
  .regex(
    ENTITY_ID,
    written(
      say`must be 1 to 128 letters, digits, dots, underscores, colons or dashes, and more than dots alone`,
    ),
  )

export const entityRef = z.strictObject({
  kind: z.string().regex(ENTITY_KIND, written(say`must be a lower-case entity kind such as "transfer"`)),
  id: entityId,
})

/** `transfer/tr_8123`: how references stand in events and streams. */
export function refText(ref: EntityRef): string {
  return `${ref.kind}/${ref.id}`
}

/** The inverse of {@link refText}. @throws Error on text that `refText` cannot have written */
export function refFromText(text: string): EntityRef {
  const slash = text.indexOf('/')
  if (slash < 1) throw new Error(`"${text}" is not an entity reference`)
  return { kind: text.slice(0, slash), id: text.slice(slash + 1) }
}
