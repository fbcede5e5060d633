import type { NatsConnection } from '@nats-io/transport-node'
import type { LiveHints } from '../live/live-feed.ts'
import { type NatsLink, type NatsSettings, openNatsLink } from './nats-link.ts'

/** Where workers say how far it is safe to look. A position and nothing else: what happened is read from the database. */
export const LIVE_SUBJECT = 'countersign.live'

/** Lost while there is no connection: whoever listens looks by itself every few seconds, and misses nothing. */
export function announcePosition(link: NatsLink, position: number): void {
  link.publish(LIVE_SUBJECT, JSON.stringify({ position }))
}

/**
 * Hints by NATS. Nothing of a message is believed, the database is asked: whoever can publish there causes a look, and
 * no more.
 */
export function natsHints(options: {
  readonly settings: NatsSettings
  readonly name: string
  readonly report: Parameters<typeof openNatsLink>[0]['report']
}): { readonly hints: LiveHints; readonly isConnected: () => boolean } {
  let link: NatsLink | undefined
  return {
    isConnected: () => link?.current() !== undefined,
    async hints(heard, signal) {
      link = openNatsLink({
        ...options,
        signal,
        work: (connection, lost) => hearPositions(connection, heard, lost),
      })
      await link.closed
    },
  }
}

async function hearPositions(
  connection: NatsConnection,
  heard: () => void,
  signal: AbortSignal,
): Promise<void> {
  const subscription = connection.subscribe(LIVE_SUBJECT)
  const stop = () => subscription.unsubscribe()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  // The server has taken the subscription before the look, so that nothing falls between the two.
  await connection.flush()
  heard()
  for await (const _ of subscription) heard()
}
