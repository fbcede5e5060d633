import { defineEntity, type EntityType, localEntity } from '@countersign/kernel/entities/define-entity.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { type HitsOnEntries, hitsOnEntries } from './hits-on-entries.ts'
import { type ListChange, listChange } from './list-change.ts'
import type { ListEntry } from './list-entry.ts'
import { isListId, LIST_TITLES, type ListId } from './list-names.ts'
import { type ListStanding, listStandings, shownStanding, standingOf } from './list-standing.ts'
import { listStream } from './list-taken.ts'
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

/** A version that was brought here. */
type Offered = StagedList & {
  /** What taking it into force would change; null where it is not what it is named. Absent, as what follows: an action that names another is being decided. */
  readonly change?: ListChange | null
  /** Whom it concerns that entries go with it. */
  readonly gone?: HitsOnEntries | undefined
  /** Absent: screening has not begun with it; of those brought before the newest it never does. */
  readonly hits?: NewlyHit | undefined
}

/** A publisher's list: the version that is in force, and those that were brought since. */
export type SanctionsList = {
  readonly id: string
  readonly inForce: ListVersion | null
  readonly offered: readonly Offered[]
  /** That which an action on it names, where one is being decided. */
  readonly named?: Offered | undefined
  /** Of the version in force. */
  readonly standing?: NewlyHit | undefined
  readonly stands?: ListStanding | undefined
}

const stored = localEntity<SanctionsList, ListVersion>({
  kind: 'sanctions_list',
  console: 'transfers',
  stream: listStream,
  initial: (id) => ({ id, inForce: null, offered: [] }),
  evolve: (state, { payload: { version, published, entries, names } }) => ({
    ...state,
    inForce: { version, published, entries, names },
  }),
  present: ({ id, inForce, offered, standing, stands }) => ({
    title: say`Sanctions list ${isListId(id) ? LIST_TITLES[id] : id}`,
    state: stands === undefined ? (inForce === null ? 'empty' : 'in_force') : standingOf(stands),
    data: {
      ...(stands === undefined ? {} : standingIn(stands)),
      version: inForce?.version ?? null,
      published: inForce?.published ?? null,
      entries: inForce?.entries ?? null,
      names: inForce?.names ?? null,
      ...(standing === undefined ? {} : { screened: standing.screened, unscreened: standing.remaining }),
      offered: offered.map(
        ({ version, published, entries, names, missing, whole, stagedAt, broughtBy, change, hits }) => ({
          version,
          published,
          entries,
          names,
          first: [...(hits?.first ?? [])],
          staged_at: stagedAt,
          brought_by: { ...broughtBy },
          complete: missing.length === 0,
          much_smaller: whole && isMuchSmaller(inForce, entries),
          ...(change == null
            ? {}
            : { added: change.added.count, removed: change.removed.count, changed: change.changed.count }),
          ...(hits === undefined
            ? {}
            : { screened: hits.screened, unscreened: hits.remaining, newly_hit: hits.parties }),
        }),
      ),
    },
    // How many there are is what whoever announced it says, until it is whole.
    banners: offered.some(({ whole, entries }) => whole && isMuchSmaller(inForce, entries))
      ? [
          {
            tone: 'warning',
            text: say`A version that was brought has far fewer entries than the one in force, as a list that was cut off has. It is in quarantine until somebody says that it is meant so.`,
          },
        ]
      : [],
  }),
})

function standingIn(stands: ListStanding) {
  const { taken_at, reached_at, old, waiting } = shownStanding(stands)
  return { taken_at, reached_at, old, waiting: waiting === null ? null : { ...waiting } }
}

/** Known by the name of the list. */
export const sanctionsList: EntityType<SanctionsList, unknown> = {
  ...stored,
  async read(id, upstreams, context) {
    if (!isListId(id)) return { status: 'missing' }
    const reading = await stored.read(id, upstreams, context)
    if (reading.status !== 'found') return reading
    const { inForce } = reading.state
    const told = await context.ask(async ({ pool, now }) => {
      const asker = context.asker ?? null
      const newest = await stagedLists(pool, id, asker)
      const wanted = versionIn(context.input)
      // A version that somebody names is looked at however many were brought since.
      const named = wanted === undefined ? undefined : await stagedList(pool, wanted, asker)
      const others = newest.filter(({ version }) => version !== named?.version)
      const brought = [...(named?.list === id ? [named] : []), ...others].filter(
        ({ version }) => version !== inForce?.version,
      )
      const threshold = (await listThresholds(pool))[id]
      const before = inForce === null ? [] : await entriesInForce(id, inForce.version, pool)
      // What an action is decided by is the version that it names; how the list and the other versions stand is for its page.
      const decided = context.input !== undefined
      const versions = await Promise.all(
        brought.map(async (one): Promise<Offered> => {
          if (decided && one.version !== wanted) return one
          const after = await entriesOf(pool, one)
          const versions = `${inForce?.version} ${one.version}`
          const change = after === undefined ? null : await changeOf(versions, before, after)
          return {
            ...{ ...one, change, gone: await hitsOnEntries(pool, id, change?.removed.uids ?? []) },
            hits: await newlyHit(pool, one.version, inForce?.version ?? null, threshold),
          }
        }),
      )
      const offers = { offered: versions, named: versions.find(({ version }) => version === wanted) }
      if (decided) return offers
      const [stands] = await listStandings({ pool, now }, [id])
      const standing = inForce === null ? undefined : await newlyHit(pool, inForce.version, null, threshold)
      return { ...offers, standing, stands }
    })
    return { ...reading, state: { ...reading.state, ...told } }
  },
}

function versionIn(input: Json | undefined): string | undefined {
  const { version } = (input ?? {}) as { version?: Json }
  return typeof version === 'string' ? version : undefined
}

/** What two versions differ by never changes, and takes a tenth of a second to find out. */
const changes = new Map<string, ListChange>()
const CHANGES_KEPT_MAX = 50

async function changeOf(
  versions: string,
  before: readonly ListEntry[],
  after: readonly ListEntry[],
): Promise<ListChange> {
  const known = changes.get(versions)
  if (known !== undefined) return known
  const change = await listChange(before, after)
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
