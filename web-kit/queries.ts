import type { AuditQuery, Client } from '@countersign/sdk/client.ts'
import { parseCheckpoint, toBase64, verifySignature } from '@countersign/sdk/verify-inclusion.ts'
import type { RowState } from '@countersign/sdk/wire/bulk.ts'
import type { ActionRequest } from '@countersign/sdk/wire/requests.ts'
import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'

/** Rows a page of a list; the server's own limit is 200. */
export const PAGE_ROWS = 100
/** Hits a group in the omnibox. */
export const SEARCH_HITS = 8
/** Reading is itself recorded and no event, so the audit log is asked, not followed. */
const AUDIT_READ_MS = 5_000
/** A list that was left is as it was for whoever comes straight back, and read anew later. */
const LIST_KEPT_MS = 30_000
const CATALOGUE_STALE_MS = 5 * 60_000

export const meQuery = (client: Client) =>
  queryOptions({ queryKey: ['me'], queryFn: ({ signal }) => client.me(signal), staleTime: 60_000 })

export const actionsQuery = (client: Client) =>
  queryOptions({
    queryKey: ['actions'],
    queryFn: async ({ signal }) => (await client.actions(signal)).actions,
    staleTime: CATALOGUE_STALE_MS,
  })

export const queuesQuery = (client: Client) =>
  queryOptions({
    queryKey: ['queues'],
    queryFn: async ({ signal }) => (await client.queues(signal)).queues,
  })

/** What a list is narrowed to and how it is sorted, as the parameters that the server takes. */
export type QueueList = Record<string, string>

/** The endless list: read once, then kept as it is while the person works in it. */
export const queueItemsQuery = (client: Client, queue: string, list: QueueList) =>
  infiniteQueryOptions({
    queryKey: ['queue-items', queue, list],
    queryFn: ({ pageParam, signal }) =>
      client.queueItems(queue, { ...list, limit: PAGE_ROWS, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: LIST_KEPT_MS,
  })

/** The first page, read anew on every change, to tell what is new or gone without moving a row. */
export const queueHeadQuery = (client: Client, queue: string, list: QueueList) =>
  queryOptions({
    queryKey: ['queue-head', queue, list],
    queryFn: ({ signal }) => client.queueItems(queue, { ...list, limit: PAGE_ROWS }, signal),
  })

export const listsQuery = (client: Client) =>
  queryOptions({
    queryKey: ['lists'],
    queryFn: async ({ signal }) => (await client.lists(signal)).lists,
    staleTime: CATALOGUE_STALE_MS,
  })

export const recordsQuery = (client: Client, kind: string, list: QueueList) =>
  infiniteQueryOptions({
    queryKey: ['list-records', kind, list],
    queryFn: ({ pageParam, signal }) =>
      client.records(kind, { ...list, limit: PAGE_ROWS, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: LIST_KEPT_MS,
  })

/** The first page, read anew on every change, to tell what is new without moving a row. */
export const recordsHeadQuery = (client: Client, kind: string, list: QueueList) =>
  queryOptions({
    queryKey: ['list-head', kind, list],
    queryFn: ({ signal }) => client.records(kind, { ...list, limit: PAGE_ROWS }, signal),
  })

export const queuePeopleQuery = (client: Client, queue: string) =>
  queryOptions({
    queryKey: ['queue-people', queue],
    queryFn: async ({ signal }) => (await client.queuePeople(queue, signal)).people,
  })

export const queueViewsQuery = (client: Client, queue: string) =>
  queryOptions({
    queryKey: ['queue-views', queue],
    queryFn: async ({ signal }) => (await client.queueViews(queue, signal)).views,
  })

export const entityQuery = (client: Client, ref: EntityRef) =>
  queryOptions({
    queryKey: ['entity', ref.kind, ref.id],
    queryFn: ({ signal }) => client.entity(ref, signal),
  })

/** The browser's clock and the database's may differ. */
const REVEALED_READ_MIN_MS = 1_000

/** Read anew when the first of them is over, so that what is hidden again is not kept either. */
export const revealedQuery = (client: Client, ref: EntityRef) =>
  queryOptions({
    queryKey: ['revealed', ref.kind, ref.id],
    queryFn: ({ signal }) => client.revealed(ref, signal),
    // Each reading is recorded as a look at the data.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    refetchInterval: (query) => {
      const ends = (query.state.data?.fields ?? []).map(({ until }) => Date.parse(until))
      return ends.length === 0 ? false : Math.max(REVEALED_READ_MIN_MS, Math.min(...ends) - Date.now())
    },
  })

export const timelineQuery = (client: Client, ref: EntityRef) =>
  infiniteQueryOptions({
    queryKey: ['timeline', ref.kind, ref.id],
    queryFn: ({ pageParam, signal }) => client.timeline(ref, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  })

/** People named while somebody types are kept this long. */
const PEOPLE_STALE_MS = 60_000

export const peopleQuery = (client: Client, of: EntityRef, q: string) =>
  queryOptions({
    queryKey: ['people', of.kind, of.id, q],
    queryFn: async ({ signal }) => (await client.people(of, q, signal)).people,
    staleTime: PEOPLE_STALE_MS,
  })

export const evidenceQuery = (client: Client, of: EntityRef) =>
  infiniteQueryOptions({
    queryKey: ['evidence', of.kind, of.id],
    queryFn: ({ pageParam, signal }) => client.evidence(of, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  })

export const unreadMentionsQuery = (client: Client) =>
  queryOptions({
    queryKey: ['mentions', 'count'],
    queryFn: async ({ signal }) => (await client.mentions({ state: 'unread' }, signal)).unread,
  })

export const mentionsQuery = (client: Client, state: 'unread' | 'all') =>
  infiniteQueryOptions({
    queryKey: ['mentions', state],
    queryFn: ({ pageParam, signal }) => client.mentions({ state, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  })

/** The request that lifts an emergency is another, so no event of this one says that it is there. */
const LIFT_READ_MS = 2_000

export const requestQuery = (client: Client, id: string) =>
  queryOptions({
    queryKey: ['request', id],
    queryFn: ({ signal }) => client.request(id, signal),
    refetchInterval: ({ state }) => (awaitsLift(state.data?.emergency) ? LIFT_READ_MS : false),
  })

function awaitsLift(emergency: ActionRequest['emergency']): boolean {
  if (emergency === undefined || emergency.lifted_by !== undefined) return false
  return emergency.approval !== 'pending' && emergency.approval !== 'agreed'
}

export const requestRowsQuery = (client: Client, id: string, state: RowState | undefined) =>
  infiniteQueryOptions({
    queryKey: ['request', id, 'rows', state ?? null],
    queryFn: ({ pageParam, signal }) =>
      client.requestRows(
        id,
        { ...(state === undefined ? {} : { state }), limit: PAGE_ROWS, cursor: pageParam },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  })

export const approvalsQuery = (client: Client) =>
  queryOptions({ queryKey: ['approvals'], queryFn: ({ signal }) => client.approvals(signal) })

/** A silence that ends is no event, so the list is asked anew now and then. */
const ALERTS_READ_MS = 60_000
/** A pause is heard of at once; this is for what changes without an event. */
const UPSTREAMS_READ_MS = 15_000

export const alertsQuery = (client: Client, state: 'open' | 'over') =>
  infiniteQueryOptions({
    refetchInterval: ALERTS_READ_MS,
    queryKey: ['alerts', state],
    queryFn: ({ pageParam, signal }) => client.alerts({ state, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  })

export const upstreamsQuery = (client: Client) =>
  queryOptions({
    refetchInterval: UPSTREAMS_READ_MS,
    queryKey: ['upstreams'],
    queryFn: ({ signal }) => client.upstreams(signal),
  })

/** A projection that is tried again goes on within seconds. */
const PROJECTIONS_READ_MS = 5_000

export const projectionsQuery = (client: Client) =>
  queryOptions({
    refetchInterval: PROJECTIONS_READ_MS,
    queryKey: ['projections'],
    queryFn: ({ signal }) => client.projections(signal),
  })

/** Workers tell every five seconds. */
const JOBS_READ_MS = 5_000

export const jobsQuery = (client: Client) =>
  queryOptions({
    refetchInterval: JOBS_READ_MS,
    queryKey: ['jobs'],
    queryFn: ({ signal }) => client.jobs(signal),
  })

/** A letter that is read once more is so within seconds. */
const DEAD_LETTERS_READ_MS = 5_000

export const deadLettersQuery = (client: Client, state: 'waiting' | 'replayed' | 'discarded') =>
  queryOptions({
    refetchInterval: DEAD_LETTERS_READ_MS,
    queryKey: ['dead-letters', state],
    queryFn: ({ signal }) => client.deadLetters(state, signal),
  })

export const rostersQuery = (client: Client) =>
  queryOptions({
    queryKey: ['rosters'],
    queryFn: async ({ signal }) => (await client.rosters(signal)).rosters,
  })

export const accessReviewQuery = (client: Client, filter: { console?: string; dormant?: 'true' }) =>
  infiniteQueryOptions({
    queryKey: ['access-review', filter],
    queryFn: ({ pageParam, signal }) => client.accessReview({ ...filter, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  })

export const accessChangesQuery = (client: Client, filter: { days: number; console?: string }) =>
  queryOptions({
    queryKey: ['access-changes', filter],
    queryFn: async ({ signal }) => (await client.accessChanges(filter, signal)).changes,
  })

/** `version` is the one in force: rules that have changed have one more to show. */
export const policyVersionsQuery = (client: Client, console: string, version: string) =>
  infiniteQueryOptions({
    queryKey: ['policy-versions', console, version],
    queryFn: ({ pageParam, signal }) => client.policyVersions(console, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  })

export const requestsQuery = (
  client: Client,
  filter: {
    requested_by?: string
    state?: string
    without_target_kind?: string
    without_parts?: 'true'
    scheduled?: 'waiting' | 'suspended'
  },
) =>
  infiniteQueryOptions({
    queryKey: ['requests', filter],
    queryFn: ({ pageParam, signal }) => client.requests({ ...filter, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  })

/** More than one person has carried out over many records at a time. */
const UNDER_WAY_MAX = '10'

/** What I asked for over many records and is being carried out. */
export const underWayQuery = (client: Client) =>
  queryOptions({
    queryKey: ['requests', 'under-way'],
    queryFn: async ({ signal }) =>
      (await client.requests({ requested_by: 'me', under_way: 'true', limit: UNDER_WAY_MAX }, signal))
        .requests,
  })

/** More than waits on one record at a time. */
const PENDING_ON_RECORD = '20'

export const pendingRequestsQuery = (client: Client, of: EntityRef) =>
  queryOptions({
    queryKey: ['requests', 'pending-on', of.kind, of.id],
    queryFn: ({ signal }) =>
      client.requests(
        { undecided: 'true', target_kind: of.kind, target_id: of.id, limit: PENDING_ON_RECORD },
        signal,
      ),
  })

/** Agreed to, or still to be, and for a later time. */
export const plannedRequestsQuery = (client: Client, of: EntityRef) =>
  queryOptions({
    queryKey: ['requests', 'planned-on', of.kind, of.id],
    queryFn: ({ signal }) =>
      client.requests(
        { scheduled: 'waiting', target_kind: of.kind, target_id: of.id, limit: PENDING_ON_RECORD },
        signal,
      ),
  })

export const searchQuery = (client: Client, q: string) =>
  queryOptions({
    queryKey: ['search', q],
    queryFn: ({ signal }) => client.search(q, SEARCH_HITS, signal),
    enabled: q !== '',
    staleTime: 5_000,
  })

/**
 * A page of the log.
 *
 * @param door of the console whose own part it is; undefined: the whole log
 */
const auditPage = async (
  client: Client,
  door: string | undefined,
  query: AuditQuery,
  signal: AbortSignal,
) => {
  if (door === undefined) return { ...(await client.audit(query, signal)), security: undefined }
  const { data, next_cursor, security_events } = await client.consoleAudit(door, query, signal)
  return { entries: data, next_cursor, security: security_events }
}

export const auditQuery = (client: Client, query: AuditQuery, door?: string) =>
  infiniteQueryOptions({
    queryKey: ['audit', query, door ?? null],
    queryFn: ({ pageParam, signal }) =>
      auditPage(client, door, { ...query, ...(pageParam === null ? {} : { cursor: pageParam }) }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })

export const auditEntryQuery = (client: Client, id: string, door?: string) =>
  queryOptions({
    queryKey: ['audit-entry', id, door ?? null],
    queryFn: ({ signal }) =>
      door === undefined ? client.auditEntry(id, signal) : client.consoleAuditEntry(door, id, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** The newest entry, read anew on every change, to tell that there is more than the list shows. */
export const auditHeadQuery = (client: Client, query: AuditQuery, door?: string) =>
  queryOptions({
    refetchInterval: AUDIT_READ_MS,
    queryKey: ['audit-head', query, door ?? null],
    queryFn: ({ signal }) => auditPage(client, door, { ...query, limit: '1' }, signal),
  })

/** The newest signed checkpoint, its signature verified in this browser. */
export const checkpointQuery = (client: Client) =>
  queryOptions({
    refetchInterval: AUDIT_READ_MS,
    queryKey: ['audit-checkpoint'],
    queryFn: async ({ signal }) => {
      const [note, key] = await Promise.all([client.auditCheckpoint(signal), client.auditKey(signal)])
      const checkpoint = parseCheckpoint(note)
      const signature = await verifySignature(checkpoint, key)
      return { origin: checkpoint.origin, size: checkpoint.size, root: toBase64(checkpoint.root), signature }
    },
  })
