import { ProblemError, readProblem, UnreachableError } from './problem.ts'
import type { ActionDeclaration, Preview } from './wire/actions.ts'
import type { AlertPage, RosterSummary } from './wire/alerts.ts'
import type { ApprovalInbox, PendingRequest } from './wire/approvals.ts'
import type { AuditEntry, AuditPage, ConsoleAuditPage, InclusionProof } from './wire/audit.ts'
import type { BulkPreview, BulkRowPage } from './wire/bulk.ts'
import type { DeadLetterKinds } from './wire/dead-letters.ts'
import type { Entity, RevealedFields } from './wire/entities.ts'
import type { EvidencePage } from './wire/evidence.ts'
import type { JobList } from './wire/jobs.ts'
import type { RecordList, RecordPage } from './wire/lists.ts'
import type { Me, SignedOut } from './wire/me.ts'
import type { MentionPage, NoteToWrite } from './wire/notes.ts'
import type { PolicyRule, PolicySimulation, PolicyVersions } from './wire/policy.ts'
import type { ProjectionList } from './wire/projections.ts'
import type {
  CheckedCorrections,
  Queue,
  QueuePage,
  QueuePerson,
  QueueSavedView,
  SelectedItem,
} from './wire/queues.ts'
import type { ActionRequest, RequestList } from './wire/requests.ts'
import type { RoleChange, RoleHolders } from './wire/roles.ts'
import type { SearchResult } from './wire/search.ts'
import type { SeriesAnswer, SeriesQuery } from './wire/series.ts'
import type { TimelinePage } from './wire/timeline.ts'
import type { UpstreamList } from './wire/upstreams.ts'
import type { EntityRef, PersonRef } from './wire/values.ts'

/** What the client needs of `fetch`; a test or a server-side caller gives its own. */
export type Transport = (url: string, init: RequestInit) => Promise<Response>

export type SubmitAction = {
  type: string
  target: EntityRef
  input: Record<string, unknown>
  reason: { code: string; note?: string }
  expected_version?: number | string
  preview_digest?: string
  emergency?: true
  break_glass?: true
  /** The executed request that this one takes back. */
  undoes?: string
  /** RFC 3339. */
  scheduled_for?: string
}

export type BulkAsked = {
  type: string
  rows: { target: EntityRef; expected_version?: string }[]
  input: Record<string, unknown>
  reason: { code: string; note?: string }
  preview_digest: string
  /** The request over many records that this takes back. */
  undoes?: string
}

export type ApproveRequest = {
  digest: string
  note?: string
  /** Of the preview that was read, where one is shown. */
  preview_digest?: string
}

/** A pending request in other words, by whoever asked for it. */
export type RequestEdited = Pick<BulkAsked, 'input' | 'reason' | 'preview_digest'>

export type AuditQuery = Partial<
  Record<
    | 'actor'
    | 'action'
    | 'target'
    | 'outcome'
    | 'kind'
    | 'severity'
    | 'from'
    | 'to'
    | 'text'
    | 'cursor'
    | 'limit',
    string
  >
>

export type RequestFilter = {
  state?: string
  type?: string
  requested_by?: string
  target_kind?: string
  target_id?: string
  without_target_kind?: string
  without_parts?: 'true'
  scheduled?: 'waiting' | 'suspended' | 'any'
  undecided?: 'true'
  under_way?: 'true'
  limit?: string
  cursor?: string | null
}

/** Work that is given: named items, or so many of those that are due first; among everybody who works the queue, or some. */
export type GivenWork = { method: 'round_robin' | 'skill'; people?: string[] } & (
  | { items: string[] }
  | { most_urgent: number }
)

export type FileToAttach = {
  name: string
  /** Media type as the file says; empty where it says nothing. */
  type: string
  retention: string
  content: Blob
}

/** Requests a page of the inbox, the server's own limit, and pages read at most. */
const INBOX_PAGE = 200
const INBOX_PAGES_MAX = 5

type Params = Record<string, string | number | undefined | null>

/** `/v1/audit?actor=ann` from a path and its parameters; empty ones are left out. */
export function withParams(path: string, params: Params): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(params)) {
    if (value !== undefined && value !== null && value !== '') search.set(key, String(value))
  }
  const text = search.toString()
  return text === '' ? path : `${path}?${text}`
}

const segment = encodeURIComponent

function recordPath({ kind, id }: EntityRef, part: string): string {
  return `/v1/entities/${segment(kind)}/${segment(id)}/${part}`
}

export type Client = ReturnType<typeof createClient>

/**
 * A typed client of the HTTP contract. Every call answers the parsed body or throws `ProblemError` (the server
 * refused) or `UnreachableError` (no answer). Calls that change something take their idempotency key from the
 * caller: one key per intent, kept over retries.
 */
export function createClient(options: { transport: Transport; baseUrl?: string; token?: string }) {
  const base = options.baseUrl ?? ''

  async function send(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (!headers.has('accept')) headers.set('accept', 'application/json, application/problem+json')
    if (options.token !== undefined) headers.set('authorization', `Bearer ${options.token}`)
    let response: Response
    try {
      response = await options.transport(`${base}${path}`, { ...init, method, headers })
    } catch (cause) {
      if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
      throw new UnreachableError(cause)
    }
    if (!response.ok) throw await readProblem(response)
    return response
  }

  async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
    const response = await send('GET', path, signal === undefined ? {} : { signal })
    return json<T>(response)
  }

  async function post<T>(path: string, body: unknown, key?: string, signal?: AbortSignal): Promise<T> {
    const headers: Record<string, string> = { 'content-type': 'application/json' }
    if (key !== undefined) headers['idempotency-key'] = key
    const response = await send('POST', path, {
      headers,
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    })
    return json<T>(response)
  }

  return {
    /** What a console serves beside its records; its own code knows the path and what is answered. */
    read: <T>(path: string, params: Params, signal?: AbortSignal) => get<T>(withParams(path, params), signal),
    /** The same of what must stand in no address: the name of somebody. Nothing is changed by it. */
    lookUp: <T>(path: string, body: Params, signal?: AbortSignal) => post<T>(path, body, undefined, signal),
    me: (signal?: AbortSignal) => get<Me>('/v1/me', signal),
    actions: (signal?: AbortSignal) => get<{ actions: ActionDeclaration[] }>('/v1/actions', signal),
    previewAction: (
      type: string,
      body: {
        target: EntityRef
        input: Record<string, unknown>
        reason?: { code: string; note?: string }
        /** The pending request that is about to be edited. */
        revises?: string
      },
      signal?: AbortSignal,
    ) => post<Preview>(`/v1/actions/${segment(type)}/preview`, body, undefined, signal),
    submitAction: ({ type, ...body }: SubmitAction, key: string) =>
      post<ActionRequest>(`/v1/actions/${segment(type)}`, body, key),
    previewBulk: (
      type: string,
      body: Partial<Pick<BulkAsked, 'input' | 'reason'>> & Pick<BulkAsked, 'rows'>,
      signal?: AbortSignal,
    ) => post<BulkPreview>(`/v1/actions/${segment(type)}/bulk/preview`, body, undefined, signal),
    submitBulk: ({ type, ...body }: BulkAsked, key: string) =>
      post<ActionRequest>(`/v1/actions/${segment(type)}/bulk`, body, key),
    requestRows: (
      id: string,
      params: { state?: string; limit?: number; cursor?: string | null },
      signal?: AbortSignal,
    ) => get<BulkRowPage>(withParams(`/v1/requests/${segment(id)}/rows`, params), signal),
    request: (id: string, signal?: AbortSignal) => get<PendingRequest>(`/v1/requests/${segment(id)}`, signal),
    requests: (filter: RequestFilter, signal?: AbortSignal) =>
      get<RequestList>(withParams('/v1/requests', filter), signal),
    approve: (id: string, body: ApproveRequest, key: string) =>
      post<ActionRequest>(`/v1/requests/${segment(id)}/approve`, body, key),
    reject: (id: string, body: { reason: string }, key: string) =>
      post<ActionRequest>(`/v1/requests/${segment(id)}/reject`, body, key),
    renew: (id: string, body: { reason: string }, key: string) =>
      post<ActionRequest>(`/v1/requests/${segment(id)}/renew`, body, key),
    editRequest: (id: string, body: RequestEdited, key: string) =>
      post<ActionRequest>(`/v1/requests/${segment(id)}/edit`, body, key),
    cancel: (id: string, body: { reason: string }, key: string) =>
      post<ActionRequest>(`/v1/requests/${segment(id)}/cancel`, body, key),
    /** Everything that waits, page after page; `next_cursor` where there is even more than that. */
    approvals: async (signal?: AbortSignal): Promise<ApprovalInbox> => {
      const first = await get<ApprovalInbox>(withParams('/v1/approvals', { limit: INBOX_PAGE }), signal)
      const items = [...first.items]
      let cursor = first.next_cursor ?? null
      for (let page = 1; cursor !== null && page < INBOX_PAGES_MAX; page += 1) {
        const more: ApprovalInbox = await get(
          withParams('/v1/approvals', { limit: INBOX_PAGE, cursor }),
          signal,
        )
        items.push(...more.items)
        cursor = more.next_cursor ?? null
      }
      return { ...first, items, next_cursor: cursor }
    },
    alerts: (filter: { state?: 'open' | 'over'; cursor?: string | null }, signal?: AbortSignal) =>
      get<AlertPage>(withParams('/v1/alerts', filter), signal),
    upstreams: (signal?: AbortSignal) => get<UpstreamList>('/v1/connectors', signal),
    projections: (signal?: AbortSignal) => get<ProjectionList>('/v1/projections', signal),
    jobs: (signal?: AbortSignal) => get<JobList>('/v1/jobs', signal),
    series: (name: string, query: SeriesQuery, signal?: AbortSignal) =>
      get<SeriesAnswer>(withParams(`/v1/series/${segment(name)}`, query), signal),
    deadLetters: (state: 'waiting' | 'replayed' | 'discarded', signal?: AbortSignal) =>
      get<DeadLetterKinds>(withParams('/v1/dead-letters', { state }), signal),
    rosters: (signal?: AbortSignal) => get<{ rosters: RosterSummary[] }>('/v1/rosters', signal),
    accessReview: (
      filter: { console?: string; dormant?: 'true'; cursor?: string | null },
      signal?: AbortSignal,
    ) => get<RoleHolders>(withParams('/v1/access-review', filter), signal),
    accessChanges: (filter: { days: number; console?: string }, signal?: AbortSignal) =>
      get<{ changes: RoleChange[] }>(withParams('/v1/access-review/changes', filter), signal),
    policyVersions: (console: string, cursor: string | null, signal?: AbortSignal) =>
      get<PolicyVersions>(
        withParams(`/v1/approval-policies/${segment(console)}/versions`, { cursor }),
        signal,
      ),
    simulatePolicy: (console: string, body: { rules: PolicyRule[]; days: number }, signal?: AbortSignal) =>
      post<PolicySimulation>(`/v1/approval-policies/${segment(console)}/simulate`, body, undefined, signal),
    queues: (signal?: AbortSignal) => get<{ queues: Queue[] }>('/v1/queues', signal),
    queueItems: (queue: string, params: Params, signal?: AbortSignal) =>
      get<QueuePage>(withParams(`/v1/queues/${segment(queue)}/items`, params), signal),
    lists: (signal?: AbortSignal) => get<{ lists: RecordList[] }>('/v1/lists', signal),
    /** Records of a kind that has a list. */
    records: (kind: string, params: Params, signal?: AbortSignal) =>
      get<RecordPage>(withParams(`/v1/entities/${segment(kind)}`, params), signal),
    queuePeople: (queue: string, signal?: AbortSignal) =>
      get<{ people: QueuePerson[] }>(`/v1/queues/${segment(queue)}/people`, signal),
    queueViews: (queue: string, signal?: AbortSignal) =>
      get<{ views: QueueSavedView[] }>(`/v1/queues/${segment(queue)}/views`, signal),
    /** Everything that a list holds. */
    selection: (queue: string, params: Params, signal?: AbortSignal) =>
      get<{ count: number; items: SelectedItem[] }>(
        withParams(`/v1/queues/${segment(queue)}/selection`, params),
        signal,
      ),
    /** Where a list is downloaded, to be filled in. */
    correctionsPath: (queue: string, params: Params) =>
      withParams(`${base}/v1/queues/${segment(queue)}/file`, params),
    checkCorrections: (queue: string, file: string) =>
      post<CheckedCorrections>(`/v1/queues/${segment(queue)}/file/check`, { file }),
    /** Claims the most urgent item that nobody has. */
    nextItem: (queue: string, key: string) =>
      post<{ item: string | null; subject?: EntityRef }>(`/v1/queues/${segment(queue)}/next`, {}, key),
    giveItems: (queue: string, body: GivenWork, key: string) =>
      post<{ given: { item: string; assignee: string | null; message?: string }[] }>(
        `/v1/queues/${segment(queue)}/give`,
        body,
        key,
      ),
    revealed: ({ kind, id }: EntityRef, signal?: AbortSignal) =>
      get<RevealedFields>(`/v1/entities/${segment(kind)}/${segment(id)}/revealed`, signal),
    entity: ({ kind, id }: EntityRef, signal?: AbortSignal) =>
      get<Entity>(`/v1/entities/${segment(kind)}/${segment(id)}`, signal),
    timeline: ({ kind, id }: EntityRef, cursor: string | null, signal?: AbortSignal) =>
      get<TimelinePage>(
        withParams(`/v1/entities/${segment(kind)}/${segment(id)}/timeline`, { cursor }),
        signal,
      ),
    writeNote: (of: EntityRef, note: NoteToWrite, key: string) =>
      post<{ id: string }>(recordPath(of, 'notes'), note, key),
    /** People who can be mentioned on a record. */
    people: (of: EntityRef, q: string, signal?: AbortSignal) =>
      get<{ people: PersonRef[] }>(withParams(recordPath(of, 'people'), { q }), signal),
    mentions: (params: { state: 'unread' | 'all'; cursor?: string | null }, signal?: AbortSignal) =>
      get<MentionPage>(withParams('/v1/mentions', params), signal),
    readMention: (note: string, key: string) =>
      post<{ id: string }>(`/v1/mentions/${segment(note)}/read`, {}, key),
    evidence: (of: EntityRef, cursor: string | null, signal?: AbortSignal) =>
      get<EvidencePage>(withParams(recordPath(of, 'evidence'), { cursor }), signal),
    /** Where a file is downloaded. */
    evidencePath: (of: EntityRef, evidence: string) =>
      `${base}${recordPath(of, 'evidence')}/${segment(evidence)}`,
    attachEvidence: async (of: EntityRef, file: FileToAttach, key: string) => {
      const { name, retention } = file
      const response = await send('POST', withParams(recordPath(of, 'evidence'), { name, retention }), {
        headers: { 'content-type': file.type || 'application/octet-stream', 'idempotency-key': key },
        body: file.content,
      })
      return json<{ id: string }>(response)
    },
    search: (q: string, limit: number, signal?: AbortSignal) =>
      get<SearchResult>(withParams('/v1/search', { q, limit }), signal),
    audit: (query: AuditQuery, signal?: AbortSignal) =>
      get<AuditPage>(withParams('/v1/audit', query), signal),
    auditEntry: (id: string, signal?: AbortSignal) => get<AuditEntry>(`/v1/audit/${segment(id)}`, signal),
    /** The same of one console, at the door that it has for its own part of the log. */
    consoleAudit: (door: string, query: AuditQuery, signal?: AbortSignal) =>
      get<ConsoleAuditPage>(withParams(door, query), signal),
    consoleAuditEntry: async (door: string, id: string, signal?: AbortSignal) =>
      (await get<{ data: AuditEntry }>(`${door}/${segment(id)}`, signal)).data,
    auditProof: (id: string, signal?: AbortSignal) =>
      get<InclusionProof>(`/v1/audit/${segment(id)}/proof`, signal),
    /** The exact bytes that were hashed into the log. */
    auditCanonical: async (id: string, signal?: AbortSignal) => {
      const response = await send('GET', `/v1/audit/${segment(id)}?form=canonical`, {
        headers: { accept: '*/*' },
        ...(signal === undefined ? {} : { signal }),
      })
      return new Uint8Array(await response.arrayBuffer())
    },
    auditCheckpoint: async (signal?: AbortSignal) => {
      const response = await send('GET', '/v1/audit/log/checkpoint', {
        headers: { accept: 'text/plain, */*' },
        ...(signal === undefined ? {} : { signal }),
      })
      return response.text()
    },
    auditKey: async (signal?: AbortSignal) => {
      const response = await send('GET', '/v1/audit/log/key', {
        headers: { accept: 'text/plain, */*' },
        ...(signal === undefined ? {} : { signal }),
      })
      return response.text()
    },
    auditExportPath: (format: 'csv' | 'json' | 'bundle', query: AuditQuery) =>
      withParams('/v1/audit/export', { format, ...query }),
    /** Ends the session; the browser goes to `next`, where the identity provider ends its own. */
    signOut: () => post<SignedOut>('/auth/logout', {}),
  }
}

async function json<T>(response: Response): Promise<T> {
  if (response.status === 204) return undefined as T
  const text = await response.text()
  try {
    return JSON.parse(text) as T
  } catch {
    throw new ProblemError({
      type: 'about:blank',
      title: 'Unreadable answer',
      status: 502,
      detail: `The server answered ${response.status} with something other than JSON.`,
    })
  }
}
