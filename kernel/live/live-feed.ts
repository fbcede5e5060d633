import type pg from 'pg'
import { REQUEST_EVENTS } from '../actions/request-events.ts'
import type { SavedView } from '../queues/saved-view.ts'

const READ_BATCH = 1_000
/** Frames of the recent past kept in memory, so that a reconnecting browser need not ask the database. */
const RECENT_FRAMES = 5_000
/** Pages of the past that were read last, each of up to {@link READ_BATCH} events. */
const PAST_PAGES_KEPT = 8
/** Hints are the fast way; this heals one that was lost with its connection. */
const HEAL_INTERVAL_MS = 2_000

/**
 * Calls `heard` whenever there may be something new to read, until the signal fires. A hint that is lost is made up for;
 * one that comes too often or for nothing costs a look.
 */
export type LiveHints = (heard: () => void, signal: AbortSignal) => Promise<void>

type FrameRequest = {
  readonly type: string
  readonly requested_by: string
  /** The request that it is on, where it is on one. */
  readonly on: { readonly type: string; readonly requested_by: string } | null
}

/** One change of one entity, encoded once for all its receivers. */
export type Frame = {
  readonly position: number
  readonly kind: string
  readonly id: string
  readonly topic: string
  readonly tenantId: string | null
  /** Of which request this tells; null where it tells of one that is not there. Absent: it tells of none. */
  readonly request?: FrameRequest | null
  /** Of a view that somebody has saved, as it is and, where it has changed, was before: who knows of one of them hears. */
  readonly views?: readonly Pick<SavedView, 'owner' | 'shared' | 'roles'>[]
  readonly text: string
}

export type LiveFeed = {
  /** Called for every frame in order, from now on. @returns how to stop */
  readonly subscribe: (receive: (frames: readonly Frame[]) => void) => () => void
  /**
   * A page of the frames after a position, from memory or the database: all of them up to `through`. A reader that goes
   * on from there until it has reached {@link LiveFeed.position} has missed nothing.
   */
  readonly after: (position: number) => Promise<{ frames: readonly Frame[]; through: number }>
  readonly position: () => number
  readonly close: () => Promise<void>
}

/**
 * Follows the events that the projections have reached, so that what a browser fetches on hearing of a change is there.
 * One connection and one encoding a process, however many browsers listen.
 */
export async function startLiveFeed(options: {
  readonly pool: pg.Pool
  readonly hints: LiveHints
  readonly healIntervalMs?: number
  readonly report: (what: { level: 'warn' | 'error'; message: string; error?: unknown }) => void
}): Promise<LiveFeed> {
  const { pool } = options
  const receivers = new Set<(frames: readonly Frame[]) => void>()
  let recent: Frame[] = []
  let at = await projectedPosition(pool)
  let closed = false
  const closing = new AbortController()
  let reading: Promise<void> = Promise.resolve()
  let lookAgain = false

  const catchUp = () => {
    // A look that has not begun sees whatever the hints before it were about: however many there are, it is one.
    if (lookAgain) return
    lookAgain = true
    reading = reading.then(readOn)
  }
  async function readOn(): Promise<void> {
    lookAgain = false
    try {
      const head = await projectedPosition(pool)
      while (at < head && !closed) {
        const to = Math.min(head, at + READ_BATCH)
        const frames = await framesBetween(pool, at, to)
        at = to
        recent = [...recent, ...frames].slice(-RECENT_FRAMES)
        for (const receive of receivers) receive(frames)
      }
    } catch (error) {
      if (!closed)
        options.report({ level: 'warn', message: 'the live feed could not read; it tries again', error })
    }
  }

  // Many browsers come back at once, from the same place: what one has read of the past, all have. A page of it never changes.
  const pages = new Map<string, Promise<readonly Frame[]>>()
  function past(from: number, to: number): Promise<readonly Frame[]> {
    const key = `${from} ${to}`
    const known = pages.get(key)
    if (known) return known
    const page = framesBetween(pool, from, to)
    pages.set(key, page)
    // What could not be read is read again by whoever asks next.
    page.catch(() => pages.delete(key))
    for (const oldest of pages.keys()) {
      if (pages.size <= PAST_PAGES_KEPT) break
      pages.delete(oldest)
    }
    return page
  }

  const listening = options.hints(catchUp, closing.signal)
  const heal = setInterval(catchUp, options.healIntervalMs ?? HEAL_INTERVAL_MS)

  return {
    subscribe(receive) {
      receivers.add(receive)
      return () => receivers.delete(receive)
    },
    async after(position) {
      const through = Math.min(at, position + READ_BATCH)
      const oldest = recent[0]?.position
      const frames =
        oldest !== undefined && position >= oldest
          ? recent.filter((frame) => frame.position > position && frame.position <= through)
          : await past(position, through)
      return { frames, through }
    },
    position: () => at,
    async close() {
      closed = true
      closing.abort()
      clearInterval(heal)
      await listening
      await reading
    },
  }
}

/** How far every working projection has come: a failing one does not hold the others' news back. */
async function projectedPosition(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ position: string | null }>(
    'SELECT coalesce(min(position) FILTER (WHERE failing IS NULL), max(position), 0) AS position FROM kernel.projection',
  )
  return Number(rows[0]?.position ?? 0)
}

async function framesBetween(pool: pg.Pool, from: number, to: number): Promise<Frame[]> {
  const { rows } = await pool.query<{
    position: string
    type: string
    refs: string[]
    tenant_id: string | null
    request: FrameRequest | null
    views: Frame['views'] | null
  }>({
    name: 'live-frames',
    text: `SELECT e.position, e.type, e.refs, e.tenant_id,
                  CASE WHEN q.request_id IS NOT NULL
                       THEN jsonb_build_object('type', q.type, 'requested_by', q.requested_by, 'on',
                              (SELECT jsonb_build_object('type', o.type, 'requested_by', o.requested_by)
                                 FROM kernel.action_request o WHERE o.request_id = CASE
                                   WHEN q.target_kind = 'request' AND q.target_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                                   THEN q.target_id::uuid END)) END AS request,
                  -- Those who knew of it hear that they do no more.
                  CASE WHEN w.stream IS NOT NULL THEN
                    (SELECT coalesce(jsonb_agg(v.view), '[]')
                       FROM (SELECT jsonb_build_object('owner', o.payload -> 'owner', 'shared', o.payload -> 'shared',
                                                       'roles', coalesce(o.payload -> 'roles', '[]')) AS view
                               FROM kernel.event o WHERE o.stream = w.stream ORDER BY o.version DESC
                              LIMIT CASE WHEN e.type LIKE 'kernel.view.%' THEN 2 ELSE 1 END) v) END AS views
             FROM kernel.ordered_event e LEFT JOIN kernel.action_request q USING (request_id)
             LEFT JOIN LATERAL (SELECT 'kernel.view/' || substr(r, 6) AS stream FROM unnest(e.refs) AS r
                                 WHERE r LIKE 'view/%' LIMIT 1) w ON true
            WHERE e.position > $1 AND e.position <= $2 ORDER BY e.position`,
    values: [from, to],
  })
  return rows.flatMap((row) =>
    row.refs.map((ref, index) => {
      const slash = ref.indexOf('/')
      const position = Number(row.position)
      // Where one fact concerns several records, a connection may break between their frames: only the last of them says
      // that all of this position has been heard.
      const resumeAt = index === row.refs.length - 1 ? position : position - 1
      const data = { topic: row.type, kind: ref.slice(0, slash), id: ref.slice(slash + 1), position }
      return {
        ...data,
        ...(data.kind === 'request' || row.type.startsWith(REQUEST_EVENTS) ? { request: row.request } : {}),
        ...(row.views ? { views: row.views } : {}),
        tenantId: row.tenant_id,
        text: `id: ${resumeAt}\nevent: change\ndata: ${JSON.stringify(data)}\n\n`,
      }
    }),
  )
}
