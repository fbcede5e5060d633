import { z } from 'zod'
import type { Queryable } from './database-tiles.ts'
import { leafHash } from './merkle.ts'

/** Two people say that the history which the witness has seen is lost, and from where the log goes on. */
export const RECOVER_ACTION = 'kernel.recover_audit_log'
/** Two people say which key signs from here on. */
export const ROTATE_ACTION = 'kernel.rotate_audit_key'

const treeMember = z.strictObject({ size: z.int().min(0), root: z.string() })
const forkMember = z.strictObject({ lost: treeMember, from: treeMember })
const rotationMember = z.strictObject({ old_key: z.string(), new_key: z.string() })

/** A tree by its size and its root in base64, as entries hold it. */
export type DeclaredTree = z.output<typeof treeMember>
export type ForkDeclaration = z.output<typeof forkMember>
export type RotationDeclaration = z.output<typeof rotationMember>

/** An entry of the log: its place and its bytes. */
export type PlacedEntry = { readonly index: number; readonly canonical: Buffer }

export type Declared<T> = {
  readonly what: T
  /** The entry of who asked for it. */
  readonly declared: PlacedEntry
  /** The entry that made it so, by somebody else. */
  readonly agreed: PlacedEntry
}

const declaringEntry = z.object({
  kind: z.literal('action'),
  action: z.string(),
  actor: z.object({ id: z.string() }),
  action_request_id: z.string(),
  transition: z.object({ to: z.string() }),
  detail: z.record(z.string(), z.unknown()),
})

/**
 * What two people have declared, by the entries of the log alone: one asked for it, and another made it so, on the same
 * request, with the same words. What only one person has done declares nothing.
 */
function declaredBy<T>(
  entries: readonly PlacedEntry[],
  action: string,
  member: 'fork' | 'rotation',
  schema: z.ZodType<T>,
): Declared<T>[] {
  const asked = new Map<string, { entry: PlacedEntry; actor: string; detail: string }>()
  return entries.flatMap((entry) => {
    const parsed = declaringEntry.safeParse(JSON.parse(entry.canonical.toString('utf8')))
    if (!parsed.success || parsed.data.action !== action) return []
    const { actor, transition, detail, action_request_id: request } = parsed.data
    const words = JSON.stringify(detail)
    const earlier = asked.get(request)
    if (transition.to === 'pending') {
      asked.set(request, { entry, actor: actor.id, detail: words })
      return []
    }
    const what = schema.safeParse(detail[member])
    const agreed = transition.to === 'executed' && earlier?.detail === words && earlier.actor !== actor.id
    return agreed && what.success ? [{ what: what.data, declared: earlier.entry, agreed: entry }] : []
  })
}

/** Every fork that was declared, in the order of the log. */
export async function declaredForks(database: Queryable): Promise<Declared<ForkDeclaration>[]> {
  return declaredBy(await readDeclaring(database, RECOVER_ACTION), RECOVER_ACTION, 'fork', forkMember)
}

/** As {@link declaredForks}, of entries that are given: for a witness, which reads no database. */
export function forksAmong(entries: readonly PlacedEntry[]): Declared<ForkDeclaration>[] {
  return declaredBy(entries, RECOVER_ACTION, 'fork', forkMember)
}

/** The rotations declared at `from` or behind. */
export async function declaredRotations(
  database: Queryable,
  from: number,
): Promise<Declared<RotationDeclaration>[]> {
  // Who asked may stand before `from`; the entries are few, so all are read.
  const all = declaredBy(
    await readDeclaring(database, ROTATE_ACTION),
    ROTATE_ACTION,
    'rotation',
    rotationMember,
  )
  return all.filter(({ agreed }) => agreed.index >= from)
}

async function readDeclaring(database: Queryable, action: string): Promise<PlacedEntry[]> {
  const { rows } = await database.query<{ leaf_index: string; leaf_hash: Buffer; canonical: Buffer }>(
    'SELECT leaf_index, leaf_hash, canonical FROM kernel.audit_declarations($1, 0)',
    [action],
  )
  // Bytes that are not those of the leaf declare nothing.
  return rows
    .filter((row) => leafHash(row.canonical).equals(row.leaf_hash))
    .map(({ leaf_index, canonical }) => ({ index: Number(leaf_index), canonical }))
}
