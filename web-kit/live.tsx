import { problemStatus } from '@countersign/sdk/problem.ts'
import type { Change } from '@countersign/sdk/wire/live.ts'
import { type Query, type QueryClient, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useEffect, useState } from 'react'
import { touchedQueries } from './touched-queries.ts'

export type LiveState = 'connecting' | 'live' | 'catching_up' | 'lost'

/** Changes that arrive within this time are answered with one read. */
const GATHER_MS = 250
/** A stream that the browser gave up on is opened anew after this, doubled up to the longest. */
const REOPEN_MS = 1_000
const REOPEN_LONGEST_MS = 30_000
/** The server says something every 15 s: after so long a silence nobody is there, whatever the connection says. */
const SILENCE_MAX_MS = 40_000

const LiveContext = createContext<LiveState>('connecting')

export const useLiveState = () => use(LiveContext)

/** Keeps what is on the screen true: one stream of changes, each of which makes the answers it names old. */
export function LiveProvider({ url, children }: { url: string | null; children: ReactNode }) {
  const queries = useQueryClient()
  const [state, setState] = useState<LiveState>('connecting')
  useEffect(() => (url === null ? undefined : followStream(url, queries, setState)), [url, queries])
  return <LiveContext value={state}>{children}</LiveContext>
}

/** What is asked wrongly stays wrong whatever changes: it is not asked again until somebody asks for something else. */
function notMalformed({ state: { error } }: Query): boolean {
  return problemStatus(error) !== 400
}

function followStream(url: string, queries: QueryClient, enter: (state: LiveState) => void): () => void {
  const gathered = new Map<string, string[]>()
  let flushTimer: ReturnType<typeof setTimeout> | null = null
  let reopenTimer: ReturnType<typeof setTimeout> | null = null
  let silenceTimer: ReturnType<typeof setTimeout> | null = null
  let source: EventSource | null = null
  let reopenMs = REOPEN_MS
  let opened = false
  let closed = false

  function flush() {
    flushTimer = null
    for (const queryKey of gathered.values()) {
      void queries.invalidateQueries({ queryKey, predicate: notMalformed })
    }
    gathered.clear()
  }

  function onChange(event: MessageEvent<string>) {
    const change = readChange(event.data)
    if (change === null) return
    for (const key of touchedQueries(change)) gathered.set(JSON.stringify(key), key)
    flushTimer ??= setTimeout(flush, GATHER_MS)
  }

  // The browser resumes by Last-Event-ID, but not a stream that was opened anew: so everything in view is read again.
  function catchUp() {
    enter('catching_up')
    const inUse = (query: Query) => query.queryKey[0] !== 'queue-items'
    void queries.invalidateQueries({ predicate: inUse }).then(() => {
      if (source?.readyState === EventSource.OPEN) enter('live')
    })
  }

  /** Somebody is there: from now on the silence is counted. */
  function heard() {
    if (silenceTimer !== null) clearTimeout(silenceTimer)
    silenceTimer = setTimeout(() => {
      source?.close()
      lost()
    }, SILENCE_MAX_MS)
  }

  function lost() {
    enter('lost')
    if (silenceTimer !== null) clearTimeout(silenceTimer)
    if (source?.readyState !== EventSource.CLOSED) return
    reopenTimer = setTimeout(open, reopenMs)
    reopenMs = Math.min(REOPEN_LONGEST_MS, reopenMs * 2)
    // Answers may have aged unseen; reading who I am also finds out whether the session has ended.
    void queries.invalidateQueries({ queryKey: ['me'] })
  }

  function open() {
    source = new EventSource(url)
    for (const type of ['hello', 'beat', 'change']) source.addEventListener(type, heard)
    source.addEventListener('change', onChange)
    source.addEventListener('open', () => {
      heard()
      reopenMs = REOPEN_MS
      if (opened) catchUp()
      else enter('live')
      opened = true
    })
    source.addEventListener('error', () => {
      if (!closed) lost()
    })
  }

  open()
  return () => {
    closed = true
    source?.close()
    if (flushTimer !== null) clearTimeout(flushTimer)
    if (silenceTimer !== null) clearTimeout(silenceTimer)
    if (reopenTimer !== null) clearTimeout(reopenTimer)
  }
}

/** One message of the stream, or null where it is not one. */
export function readChange(data: string): Change | null {
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { topic, kind, id, position } = value as Partial<Change>
  if (typeof topic !== 'string' || typeof kind !== 'string' || typeof id !== 'string') return null
  return { topic, kind, id, position: position ?? '' }
}
