import { targetKnownTo, visibleTypes } from '../actions/visible-requests.ts'
import type { BoundEntity } from '../console.ts'
import { type EntityRef, refFromText, refText } from '../entities/entity-ref.ts'
import { mayHearOf, mayReadConsole } from '../entities/may-hear-of.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import type { Text } from '../languages/say.ts'
import { revealOf } from '../reveal/define-reveal.ts'
import { abovePrefix } from './above-prefix.ts'
import { findByName, isNameLike } from './find-by-name.ts'
import { findPeople } from './find-people.ts'

/** What was found, by whichever of its names or keys; the best first. */
export type Found = EntityRef & {
  readonly title: Text
  /** By what: `id`, `reference`, `name`, `similar name` … */
  readonly why: string
  /** References that stand beside it, where this person may read them. */
  readonly related: readonly string[]
}

/** What records are called, by their references, as far as they can be looked for and are of these tenants. The references are those that the reader may hear of. */
export async function foundTitles(
  { pool }: Pick<Kernel, 'pool'>,
  { tenants }: Pick<Principal, 'tenants'>,
  refs: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (refs.length === 0) return new Map()
  const { rows } = await pool.query<{ ref: string; title: string }>({
    name: 'search-titles',
    text: `SELECT one.ref, n.title
             FROM unnest($1::text[], $2::text[], $3::text[]) AS one (ref, kind, id)
             JOIN kernel.search_entity n ON n.kind = one.kind AND n.id = one.id
            WHERE n.tenant_id IS NULL OR n.tenant_id = ANY ($4)`,
    values: [refs, refs.map((ref) => refFromText(ref).kind), refs.map((ref) => refFromText(ref).id), tenants],
  })
  return new Map(rows.map(({ ref, title }) => [ref, title]))
}

/** A record has several keys that begin alike (its id and its reference): so many rows are read for each one shown. */
const KEYS_PER_ENTITY = 4
/** Of a request's id (a UUID), so many characters make it one. */
const REQUEST_PREFIX_MIN = 8

/**
 * The records that somebody may mean by what they typed, out of those that they may read: an exact key before a
 * beginning, that before the words of a name, and those before names that are spelled like it. Each reads a bounded number of
 * rows, all but the last at once: names with a slip in them cost most, and are looked for only where there is room left.
 *
 * @param limit most records to answer
 */
export async function findEntities(
  kernel: Kernel,
  principal: Principal,
  typed: string,
  limit: number,
): Promise<{
  readonly found: Found[]
  /** Of names that this person may not reveal: whether any was met; undefined where none was looked among. */
  readonly maskedNames: 'met' | 'not met' | undefined
}> {
  const consoles = kernel.consoles
    .map(({ name }) => name)
    .filter((name) => mayReadConsole(kernel, principal, name))
  const found = new Map<string, Found>()
  const keep = (hits: readonly Found[]) => {
    for (const hit of hits) {
      if (!isOwnKind(hit) && !mayHearOf(kernel, principal, hit)) continue
      if (found.size < limit && !found.has(refText(hit))) found.set(refText(hit), hit)
    }
  }
  const key = normalisedKey(typed)
  const { tenants } = principal
  const { revealable, masked } = kindsByReveal(kernel, principal, consoles)
  const names = (slips: boolean) => findByName(kernel, { consoles, tenants, typed, limit, slips, revealable })
  const nameLike = isNameLike(typed)
  const [byKey, requests, people, named] = await Promise.all([
    key === '' ? [] : byKeys(kernel, principal, consoles, key, limit),
    key === '' ? [] : byRequestId(kernel, principal, key, limit),
    mayReadConsole(kernel, principal, 'access') ? findPeople(kernel.pool, typed, limit) : [],
    nameLike ? names(false) : [],
  ])
  keep(byKey.filter(({ exact }) => exact))
  const exactly = found.size > 0
  keep(requests)
  keep(byKey)
  // What is somebody's whole reference, or with a digit in it the beginning of one, is no name with a slip in it.
  const isReference = exactly || (found.size > 0 && /\d/.test(typed))
  keep(people)
  keep(named)
  const slipped = nameLike && !isReference && found.size < limit ? await names(true) : []
  keep(slipped)
  const met = [...named, ...slipped].some(({ kind }) => masked.includes(kind))
  const maskedNames = !nameLike || masked.length === 0 ? undefined : met ? 'met' : 'not met'
  const readable = (ref: string) => mayHearOf(kernel, principal, refFromText(ref))
  return {
    found: [...found.values()].map((hit) => ({ ...hit, related: hit.related.filter(readable) })),
    maskedNames,
  }
}

/** Kinds of records with personal data in these consoles: those of which this person may ask to see it, and those of which not. */
function kindsByReveal(
  kernel: Kernel,
  principal: Principal,
  consoles: readonly string[],
): { readonly revealable: readonly string[]; readonly masked: readonly string[] } {
  // A kind whose names all are clear (companies) tells nothing of people.
  const sealed = new Set(
    kernel.consoles.flatMap(({ search = [] }) =>
      search.flatMap(({ kind, names }) => (names.some((name) => name.sealed !== undefined) ? [kind] : [])),
    ),
  )
  const kinds = [...kernel.entities.values()].filter(
    (entity) =>
      consoles.includes(entity.console) &&
      sealed.has(entity.kind) &&
      !isOwnKind(entity) &&
      kernel.actions.has(revealOf(entity)),
  )
  const may = (entity: BoundEntity) => kernel.access.mayEver(principal, revealOf(entity))
  return {
    revealable: kinds.filter(may).map(({ kind }) => kind),
    masked: kinds.filter((entity) => !may(entity)).map(({ kind }) => kind),
  }
}

/** Looked for under rules of their own. */
const isOwnKind = ({ kind }: Pick<EntityRef, 'kind'>) => kind === 'request' || kind === 'person'

async function byKeys(
  kernel: Pick<Kernel, 'pool'>,
  principal: Pick<Principal, 'tenants'>,
  consoles: readonly string[],
  key: string,
  limit: number,
): Promise<(Found & { exact: boolean })[]> {
  const { rows } = await kernel.pool.query<Found & { exact: boolean }>({
    name: 'search-keys',
    text: `SELECT found.exact, found.kind, found.id, found.why, n.title, n.related
             FROM unnest($1::text[]) AS one (console)
            CROSS JOIN LATERAL (
              (SELECT true AS exact, k.kind, k.id, k.why, k.key FROM kernel.search_key k
                WHERE k.console = one.console AND k.key = $2 AND (k.tenant_id IS NULL OR k.tenant_id = ANY ($5))
                ORDER BY k.key, k.kind, k.id LIMIT $4)
              UNION ALL
              (SELECT false, k.kind, k.id, k.why, k.key FROM kernel.search_key k
                WHERE k.console = one.console AND k.key > $2 AND k.key < $3
                  AND (k.tenant_id IS NULL OR k.tenant_id = ANY ($5))
                ORDER BY k.key, k.kind, k.id LIMIT $4)) found
             JOIN kernel.search_entity n ON n.kind = found.kind AND n.id = found.id
            ORDER BY found.exact DESC, length(found.key), found.kind, found.id`,
    values: [consoles, key, abovePrefix(key), limit * KEYS_PER_ENTITY, principal.tenants],
  })
  return rows
}

/** Requests for whoever may see them; they are read where they live. */
async function byRequestId(
  kernel: Kernel,
  principal: Principal,
  key: string,
  limit: number,
): Promise<Found[]> {
  if (!/^[0-9a-f]+$/.test(key) || key.length < REQUEST_PREFIX_MIN || key.length > 32) return []
  const { rows } = await kernel.pool.query<{ id: string; type: string; target: string }>({
    name: 'search-requests',
    text: `SELECT request_id AS id, type, target_kind || '/' || target_id AS target FROM kernel.action_request q
            WHERE request_id >= $1::uuid AND request_id <= $2::uuid AND (type = ANY ($3) OR requested_by = $4)
              AND ${targetKnownTo({ person: '$4', roles: '$7::text[]', types: '$3' })}
              AND (tenant_id IS NULL OR tenant_id = ANY ($6))
            ORDER BY request_id LIMIT $5`,
    values: [
      key.padEnd(32, '0'),
      key.padEnd(32, 'f'),
      visibleTypes(kernel, principal),
      principal.id,
      limit,
      principal.tenants,
      [...principal.roles],
    ],
  })
  return rows.map(({ id, type, target }) => ({
    kind: 'request',
    id,
    title: kernel.actions.get(type)?.present.title ?? type,
    why: 'id',
    related: [target],
  }))
}

/** As the projection writes keys: lower case, without spaces and dashes; an amount without what groups its digits. */
export function normalisedKey(text: string): string {
  const plain = GROUPED_AMOUNT.test(text.trim()) ? text.replaceAll(',', '') : text
  return plain
    .toLowerCase()
    .replace(/[\s-]+/g, '')
    .replaceAll('\0', '')
}

const GROUPED_AMOUNT = /^\d{1,3}(,\d{3})+(\.\d+)?$/
