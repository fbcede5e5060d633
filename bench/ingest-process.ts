import { randomUUID } from 'node:crypto'
import { signatureHeader } from '@countersign/kernel/events/webhook-signature.ts'
import { answerTask } from './answer-task.ts'
import { driveConnection } from './drive-connection.ts'

/**
 * What a busy upstream sends: signed deliveries of new events, one at a time on each connection. A process of its own,
 * and everything that it sends is made before the clock starts, so that what is measured is who receives it.
 */
export type IngestTask = {
  readonly port: number
  readonly source: string
  readonly secret: string
  readonly connections: number
  readonly deliveries: number
  readonly eventsEach: number
  /** An event as the upstream sends it; each copy has an id and a subject of its own. */
  readonly event: Readonly<Record<string, unknown>>
}

export type IngestAnswer = {
  readonly events: number
  readonly seconds: number
  readonly cpuSeconds: number
  readonly accepted: number
  readonly complaint?: string
}

answerTask(run)

async function run(task: IngestTask): Promise<IngestAnswer> {
  const requests = Array.from({ length: task.deliveries }, () => requestOf(task))
  let accepted = 0
  let complaint: string | undefined
  const cpu = process.cpuUsage()
  const began = performance.now()
  await Promise.all(
    Array.from({ length: task.connections }, () =>
      driveConnection(
        task.port,
        () => requests.pop(),
        (status, body) => {
          if (status === '202') accepted += (JSON.parse(body()) as { accepted: number }).accepted
          else complaint ??= body()
        },
      ),
    ),
  )
  const used = process.cpuUsage(cpu)
  return {
    events: task.deliveries * task.eventsEach,
    seconds: (performance.now() - began) / 1000,
    cpuSeconds: (used.user + used.system) / 1_000_000,
    accepted,
    ...(complaint === undefined ? {} : { complaint }),
  }
}

function requestOf({ port, source, secret, eventsEach, event }: IngestTask): Buffer {
  const events = Array.from({ length: eventsEach }, () => {
    const id = randomUUID()
    const subject = { ...(event.subject as { kind: string }), id: `bench_${id}` }
    return { ...event, id, subject, data: { ...(event.data as object), id: subject.id } }
  })
  const body = Buffer.from(JSON.stringify(eventsEach === 1 ? events[0] : events))
  const head =
    `POST /v1/ingest/${source} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n` +
    `countersign-signature: ${signatureHeader(body, secret, new Date())}\r\ncontent-length: ${body.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), body])
}
