import { setTimeout as sleep } from 'node:timers/promises'
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node'
import { pause } from '../time/pause.ts'

const CONNECT_TIMEOUT_MS = 5_000
const RECONNECT_MS = 1_000
/** A connection whose other end has vanished is given up after this many unanswered pings. */
const PING_INTERVAL_MS = 5_000
const PINGS_UNANSWERED_MAX = 2
/** How long a process that stops waits for its last acknowledgements to leave. */
const DRAIN_TIMEOUT_MS = 2_000

export type NatsSettings = {
  /** `host` or `host:port`, of one cluster. */
  readonly servers: readonly string[]
  /** None: whoever reaches the server may use it. */
  readonly identity?:
    | { readonly user: string; readonly password: string }
    | { readonly token: string }
    /** A credentials file's text: a JWT and its nkey seed. */
    | { readonly credentials: string }
  /** Present: the server must offer TLS. PEM each; without `ca`, the system's authorities count. */
  readonly tls?: { readonly ca?: string; readonly certificate?: string; readonly key?: string }
}

export type NatsLink = {
  /** Undefined while there is none. */
  readonly current: () => NatsConnection | undefined
  /** Why there is no connection now; null while there is one, and before the first try. */
  readonly lastProblem: () => string | null
  /** Sends it if there is a connection; else it is lost. @returns whether it was sent */
  readonly publish: (subject: string, text: string) => boolean
  /** Resolves once the signal has fired and everything is put away. */
  readonly closed: Promise<void>
}

/**
 * Keeps a connection to NATS until the signal fires: while there is none it is tried again, every second, for ever. A
 * process neither waits for NATS to start nor ends with it.
 *
 * @param options.work done on each connection anew; returns when its signal fires, which it does when the connection is
 *   lost too. Where it throws, that connection is given up and the next one tried.
 */
export function openNatsLink(options: {
  readonly settings: NatsSettings
  /** How the server's own tools show this connection. */
  readonly name: string
  readonly signal: AbortSignal
  readonly report: (what: { level: 'info' | 'warn'; message: string; error?: unknown }) => void
  readonly work?: (connection: NatsConnection, signal: AbortSignal) => Promise<void>
}): NatsLink {
  const { signal, report } = options
  let current: NatsConnection | undefined
  let problem: string | null = null

  async function hold(): Promise<void> {
    const connection = await connect(connectOptions(options.settings, options.name))
    const over = new AbortController()
    const lost = connection.closed().then((error) => {
      current = undefined
      over.abort()
      return error
    })
    try {
      current = connection
      if (problem !== null) report({ level: 'info', message: 'NATS is connected again' })
      problem = null
      const either = AbortSignal.any([signal, over.signal])
      await options.work?.(connection, either)
      if (!either.aborted) await aborted(either)
      if (!signal.aborted) throw (await lost) ?? new Error('the connection was closed')
    } finally {
      current = undefined
      await putAway(connection)
      await lost
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await hold()
      } catch (error) {
        // Of an outage the first failure is told, not each of the tries that follow.
        const message = (error as Error).message
        if (message !== problem) report({ level: 'warn', message: 'NATS is away; it is tried again', error })
        problem = message
      }
      await pause(RECONNECT_MS, signal)
    }
  }

  return {
    current: () => current,
    lastProblem: () => problem,
    publish(subject, text) {
      if (current === undefined || current.isClosed()) return false
      current.publish(subject, text)
      return true
    },
    closed: run(),
  }
}

function connectOptions({ servers, identity, tls }: NatsSettings, name: string) {
  return {
    servers: [...servers],
    name,
    timeout: CONNECT_TIMEOUT_MS,
    // One way back alone, that of `openNatsLink`: what is done on a connection begins anew on the next.
    reconnect: false,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: PINGS_UNANSWERED_MAX,
    ...(identity && 'user' in identity ? { user: identity.user, pass: identity.password } : {}),
    ...(identity && 'token' in identity ? { token: identity.token } : {}),
    ...(identity && 'credentials' in identity
      ? { authenticator: credsAuthenticator(new TextEncoder().encode(identity.credentials)) }
      : {}),
    ...(tls ? { tls: { ca: tls.ca, cert: tls.certificate, key: tls.key } } : {}),
  }
}

/** What was sent last still leaves, unless the other end does not take it. */
async function putAway(connection: NatsConnection): Promise<void> {
  if (connection.isClosed()) return
  const timer = new AbortController()
  await Promise.race([
    // What cannot be flushed any more belongs to a connection that is ending by itself.
    connection.flush().catch(() => connection.closed()),
    sleep(DRAIN_TIMEOUT_MS, undefined, { signal: timer.signal }),
  ])
  timer.abort()
  await connection.close()
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done()
    else signal.addEventListener('abort', () => done(), { once: true })
  })
}
