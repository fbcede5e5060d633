import { signatureHeader } from '@countersign/kernel/events/webhook-signature.ts'
import {
  type ConsumerInfo,
  jetstream,
  jetstreamManager,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream'
import { connect, headers } from '@nats-io/transport-node'

/** What an upstream, and whoever runs the broker, sees of the event bus. */
export type EventBus = {
  /** As an upstream does: signed now, unless told otherwise, and taken by the broker when this resolves. */
  readonly publish: (
    source: string,
    body: unknown,
    signing: { readonly secret: string; readonly at?: Date; readonly header?: string | null },
  ) => Promise<void>
  /** A plain message without a stream. */
  readonly say: (subject: string, text: string) => Promise<void>
  readonly listen: (subject: string, hear: (text: string) => void) => Promise<void>
  readonly consumer: (source: string) => Promise<ConsumerInfo | undefined>
  /** Messages that the stream of a subject still holds. */
  readonly waiting: (source: string) => Promise<number>
  readonly stream: (source: string) => Promise<StreamInfo>
  readonly makeStream: (config: Partial<StreamConfig> & { name: string }) => Promise<void>
  readonly close: () => Promise<void>
}

/** @param as who it is there, where the server asks; whoever may not look only publishes */
export async function openEventBus(
  port: number,
  as: { readonly user?: string; readonly pass?: string } = {},
): Promise<EventBus> {
  const connection = await connect({ servers: [`127.0.0.1:${port}`], ...as })
  const manager = await jetstreamManager(connection, { checkAPI: false })
  const subject = (source: string) => `countersign.ingest.${source}`
  return {
    async publish(source, body, { secret, at = new Date(), header }) {
      const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body))
      const given = headers()
      const signature = header === undefined ? signatureHeader(bytes, secret, at) : header
      if (signature !== null) given.set('Countersign-Signature', signature)
      await jetstream(connection).publish(subject(source), bytes, { headers: given })
    },
    async say(to, text) {
      connection.publish(to, text)
      await connection.flush()
    },
    async listen(to, hear) {
      connection.subscribe(to, { callback: (_error, message) => hear(message.string()) })
      await connection.flush()
    },
    async consumer(source) {
      const stream = await manager.streams.find(subject(source))
      for await (const info of manager.consumers.list(stream)) {
        if (info.config.filter_subject === subject(source)) return info
      }
      return undefined
    },
    async waiting(source) {
      const stream = await manager.streams.find(subject(source))
      const { state } = await manager.streams.info(stream, { subjects_filter: subject(source) })
      return state.subjects?.[subject(source)] ?? 0
    },
    stream: async (source) => manager.streams.info(await manager.streams.find(subject(source))),
    async makeStream(config) {
      await manager.streams.add(config)
    },
    close: () => connection.close(),
  }
}
