import pg from 'pg'
import { pause } from '../time/pause.ts'
import type { LiveHints } from './live-feed.ts'

const RECONNECT_MS = 1_000
const CONNECT_MAX_MS = 10_000

/** Hints by the database's own NOTIFY, over a connection kept for them. */
export function postgresHints(options: {
  readonly connectionString: string
  readonly channel: string
  readonly report: (what: { level: 'warn'; message: string; error?: unknown }) => void
}): LiveHints {
  const { channel } = options
  const report = (error: unknown) =>
    options.report({ level: 'warn', message: `the connection that hears ${channel} was lost`, error })
  return async (heard, signal) => {
    const stopped = new Promise<void>((done) => {
      signal.addEventListener('abort', () => done(), { once: true })
    })
    while (!signal.aborted) {
      const client = new pg.Client({
        connectionString: options.connectionString,
        application_name: 'countersign-live',
        connectionTimeoutMillis: CONNECT_MAX_MS,
      })
      // Before it connects, and each time: a connection that breaks may say so more than once.
      const ended = new Promise<void>((done) => {
        client.on('end', () => done())
        client.on('error', () => done())
      })
      try {
        await client.connect()
        client.on('notification', heard)
        await client.query(`LISTEN ${channel}`)
        heard()
        await Promise.race([ended, stopped])
      } catch (error) {
        if (!signal.aborted) report(error)
      }
      // Not waited for: the other end of a broken connection may never answer.
      client.end().catch(report)
      await pause(RECONNECT_MS, signal)
    }
  }
}
