import { defineEntity, type EntityType, localEntity } from '@countersign/kernel/entities/define-entity.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { type ListChange, listChange } from './list-change.ts'
import type { ListEntry } from './list-entry.ts'
import { isListId, LIST_NAMES, type ListId } from './list-names.ts'
import { listThresholds } from './list-thresholds.ts'
import { type NewlyHit, newlyHit } from './newly-hit.ts'
import { entriesOf, type StagedList, stagedList, stagedLists } from './staged-lists.ts'

/** A version of a list that was taken into force. */
export type ListVersion = {
  readonly version: string
  readonly published: string
  readonly entries: number
  readonly names: number
}

/** A version that was brought here, and what taking it into force would change; null where it is not what it is named. */
type Offered = StagedList & {
  readonly change: ListChange | null
  /** Absent: screening has not begun with it; of those brought before the newest it never does. */
  readonly hits?: NewlyHit | undefined
}

/** A publisher's list: the version that is in force, and those that were brought since. */
export type SanctionsList = {
  readonly id: string
  readonly inForce: ListVersion | null
  readonly offered: readonly Offered[]
  /** Of the version in force. */
  readonly standing?: NewlyHit | undefined
}

export const LIST_TAKEN = 'transfers.sanctions_list.taken_into_force'

export const listStream = (id: string): string => `transfers.sanctions_list/${id}`

const stored = localEntity<SanctionsList, ListVersion>({
  kind: 'sanctions_list',
  console: 'transfers',
  stream: listStream,
  initial: (id) => ({ id, inForce: null, offered: [] }),
  evolve: (state, { payload: { version, published, entries, names } }) => ({
    ...state,
    inForce: { version, published, entries, names },
  }),
  present: ({ id, inForce, offered, standing }) => ({
    title: say`Sanctions list ${isListId(id) ? LIST_NAMES[id] : id}`,
    state: inForce === null ? 'empty' : 'in_force',
    data: {
      version: inForce?.version ?? null,
      published: inForce?.published ?? null,
      entries: inForce?.entries ?? null,
      names: inForce?.names ?? null,
      ...(standing === undefined ? {} : { screened: standing.screened, unscreened: standing.remaining }),
      offered: offered.map(({ version, published, entries, names, missing, stagedAt, change, hits }) => ({
        version,
        published,
        entries,
        names,
        staged_at: stagedAt,
        complete: missing.length === 0,
        much_smaller: isMuchSmaller(inForce, entries),
        ...(change === null
          ? {}
          : { added: change.added.count, removed: change.removed.count, changed: change.changed.count }),
        ...(hits === undefined
          ? {}
          : { screened: hits.screened, unscreened: hits.remaining, newly_hit: hits.parties }),
      })),
    },
    banners: offered.some(({ entries }) => isMuchSmaller(inForce, entries))
      ? [
          {
            tone: 'warning',
            text: say`A version that was brought has far fewer entries than the one in force, as a list that was cut off has. It is in quarantine until somebody says that it is meant so.`,
          },
        ]
      : [],
  }),
})

/** Known by the name of the list. */
export const sanctionsList: EntityType<SanctionsList, unknown> = {
  ...stored,
  async read(id, upstreams, context) {
    if (!isListId(id)) return { status: 'missing' }
    const reading = await stored.read(id, upstreams, context)
    if (reading.status !== 'found') return reading
    const { inForce } = reading.state
    const told = await context.ask(async ({ pool }) => {
      const brought = (await stagedLists(pool, id)).filter(({ version }) => version !== inForce?.version)
      const threshold = (await listThresholds(pool))[id]
      const standing = inForce === null ? undefined : await newlyHit(pool, inForce.version, null, threshold)
      const before = inForce === null ? [] : await entriesInForce(id, inForce.version, pool)
      const versions = await Promise.all(
        brought.map(async (one) => {
          const after = one.missing.length > 0 ? undefined : await entriesOf(pool, one)
          const versions = `${inForce?.version} ${one.version}`
          return {
            ...{ ...one, change: after === undefined ? null : changeOf(versions, before, after) },
            hits: await newlyHit(pool, one.version, inForce?.version ?? null, threshold),
          }
        }),
      )
      return { offered: versions, standing }
    })
    return { ...reading, state: { ...reading.state, ...told } }
  },
}

/** What two versions differ by never changes, and takes a tenth of a second to find out. */
const changes = new Map<string, ListChange>()
const CHANGES_KEPT_MAX = 50

function changeOf(versions: string, before: readonly ListEntry[], after: readonly ListEntry[]): ListChange {
  const known = changes.get(versions)
  if (known !== undefined) return known
  const change = listChange(before, after)
  if (changes.size >= CHANGES_KEPT_MAX) changes.clear()
  changes.set(versions, change)
  return change
}

async function entriesInForce(list: ListId, version: string, pool: Parameters<typeof entriesOf>[0]) {
  const staged = await stagedList(pool, version)
  const entries = staged && (await entriesOf(pool, staged))
  if (!entries) throw new Error(`version ${version} of ${list} is in force and cannot be read`)
  return entries
}

/** A list that lost so much of its length was cut off rather than revised. */
const SMALLEST_SHARE = 0.9

/** Taking it into force would let many through who are listed now. */
export function isMuchSmaller(inForce: ListVersion | null, entries: number): boolean {
  return inForce !== null && entries < SMALLEST_SHARE * inForce.entries
}

export const sanctionsListEntity = defineEntity(sanctionsList)
