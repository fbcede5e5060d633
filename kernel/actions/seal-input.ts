import type { z } from 'zod'
import type { EntityRef } from '../entities/entity-ref.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import type { PersonalDataClass, Sealed, Sealer } from '../personal-data/sealing.ts'

/** In the published document too: a name of our own there begins so (OpenAPI 3.1, specification extensions). */
const PERSONAL_DATA = 'x-personal-data'

/** Marks a field of an input schema as personal data of its target: it is sealed before it is written. */
export function personal<Schema extends z.ZodType>(schema: Schema, kind: PersonalDataClass): Schema {
  return schema.meta({ ...schema.meta(), [PERSONAL_DATA]: kind })
}

/** A member of an input that is personal data. */
export type PersonalInput = {
  readonly name: string
  readonly kind: PersonalDataClass
  readonly title: string
}

/** Which members of such an input are personal data. */
export function personalInputs(schema: z.ZodObject): PersonalInput[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const { [PERSONAL_DATA]: kind, title } = (field as z.ZodType).meta() ?? {}
    return kind === undefined ? [] : [{ name, kind: kind as PersonalDataClass, title: title ?? name }]
  })
}

/** Those that this one, as it is stored, holds. */
export function sealedInputs(
  schema: z.ZodObject,
  input: Json,
): (PersonalInput & { readonly value: Sealed })[] {
  const members = input as { readonly [name: string]: Json | undefined } | null
  return personalInputs(schema).flatMap((field) => {
    const value = members?.[field.name] as Sealed | null | undefined
    return typeof value?.sealed === 'string' ? [{ ...field, value }] : []
  })
}

/**
 * An action's input as it may be stored: classed fields and the note are replaced by what may be shown and the value
 * sealed under the key of the target. A note may hold anything, so it is always sealed.
 */
export async function sealInput(
  { seal }: Pick<Sealer, 'seal'>,
  schema: z.ZodObject,
  input: Json,
  note: string | undefined,
  target: EntityRef,
): Promise<{ input: Json; note: Sealed | null }> {
  const members = input as { readonly [name: string]: Json | undefined }
  const classed = personalInputs(schema).filter(({ name }) => typeof members[name] === 'string')
  const values = classed.map(({ name, kind }) => ({ text: String(members[name]), class: kind }))
  const sealed = await seal(target, [
    ...values,
    ...(note === undefined ? [] : [{ text: note, class: 'free_text' as const }]),
  ])
  const replaced = Object.fromEntries(classed.map(({ name }, index) => [name, sealed[index]]))
  return {
    input: { ...members, ...replaced },
    note: note === undefined ? null : (sealed.at(-1) ?? null),
  }
}

/** The inverse of {@link sealInput}; a value whose key was erased stays in its redacted form. */
export async function openInput(
  sealer: Sealer,
  schema: z.ZodObject,
  input: Json,
  target: EntityRef,
): Promise<Json> {
  const members = input as { readonly [name: string]: Json | undefined }
  const opened = await Promise.all(
    Object.entries(members).map(async ([name, value]) => {
      const field = schema.shape[name] as z.ZodType | undefined
      const sealed = field?.meta()?.[PERSONAL_DATA] === undefined ? undefined : (value as Sealed | null)
      return [name, typeof sealed?.sealed === 'string' ? await openNote(sealer, sealed, target) : value]
    }),
  )
  return Object.fromEntries(opened)
}

/** A note as it was written; one whose key was erased reads as its redacted form. */
export async function openNote(
  sealer: Sealer,
  note: Sealed | null,
  target: EntityRef,
): Promise<string | undefined> {
  return note === null ? undefined : ((await sealer.open(target, note)) ?? note.shown)
}
