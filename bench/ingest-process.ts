import { randomUUID } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { signatureHeader } from '@countersign/kernel/events/webhook-signature.ts'

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

const HEADER_END = Buffer.from('\r\n\r\n')

process.once('message', (task) => {
  run(task as IngestTask).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exit(1)
    },
  )
})

async function run(task: IngestTask): Promise<IngestAnswer> {
  const requests = Array.from({ length: task.deliveries }, () => requestOf(task))
  let accepted = 0
  let complaint: string | undefined
  const drive = (socket: Socket): Promise<void> =>
    new Promise((done, fail) => {
      let pending: Buffer = Buffer.alloc(0)
      const send = () => {
        const request = requests.pop()
        if (request === undefined) {
          socket.end()
          done()
        } else socket.write(request)
      }
      socket.on('data', (bytes) => {
        pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes])
        const headEnd = pending.indexOf(HEADER_END)
        if (headEnd < 0) return
        const head = pending.toString('latin1', 0, headEnd)
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
        const end = headEnd + HEADER_END.length + length
        if (pending.length < end) return
        const body = pending.toString('utf8', headEnd + HEADER_END.length, end)
        if (head.slice(9, 12) === '202') accepted += (JSON.parse(body) as { accepted: number }).accepted
        else complaint ??= body
        pending = pending.subarray(end)
        send()
      })
      socket.on('error', fail)
      socket.on('connect', send)
    })
  const cpu = process.cpuUsage()
  const began = performance.now()
  await Promise.all(
    Array.from({ length: task.connections }, () => {
      const socket = connect(task.port, '127.0.0.1')
      socket.setNoDelay(true)
      return drive(socket)
    }),
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
