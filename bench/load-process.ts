import { randomUUID } from 'node:crypto'
import { connect, type Socket } from 'node:net'

/**
 * The load generator: a process of its own, as lean as it can be, so that what is measured is the server. Each
 * connection sends one request at a time and waits for its answer. HTTP/1.1 by hand: the server's answers carry
 * `Content-Length`, and nothing else is needed of it.
 */
export type LoadTask = {
  readonly port: number
  readonly connections: number
  readonly warmUpS: number
  readonly seconds: number
  readonly path: string
  /** One principal each. */
  readonly tokens: readonly string[]
  /** Bodies, in turn; `{n}` in them is the number of the request. */
  readonly bodies: readonly string[]
  /** Numbers of requests start here. */
  readonly from: number
}

export type LoadAnswer = {
  readonly answered: number
  readonly seconds: number
  /** The number after the last request that was sent. */
  readonly next: number
  readonly statuses: Readonly<Record<string, number>>
  readonly latencyMs: { readonly p50: number; readonly p99: number }
  readonly cpuSeconds: number
  /** The first answer that was no success, for finding out why. */
  readonly complaint?: string
}

const HEADER_END = Buffer.from('\r\n\r\n')

process.once('message', (task) => {
  run(task as LoadTask).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exit(1)
    },
  )
})

async function run(task: LoadTask): Promise<LoadAnswer> {
  let number = task.from
  let measuring = false
  let stopped = false
  let complaint: string | undefined
  const statuses: Record<string, number> = {}
  const latencies: number[] = []
  const heads = task.tokens.map(
    (token) =>
      `POST ${task.path} HTTP/1.1\r\nhost: 127.0.0.1:${task.port}\r\nauthorization: Bearer ${token}\r\n` +
      'content-type: application/json\r\nuser-agent: bench\r\n',
  )

  function nextRequest(): string {
    const n = number++
    const body = (task.bodies[n % task.bodies.length] ?? '').replaceAll('{n}', String(n))
    return `${heads[n % heads.length]}idempotency-key: ${randomUUID()}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  }

  function drive(socket: Socket): Promise<void> {
    return new Promise((done, fail) => {
      let sentAt = 0
      let pending: Buffer = Buffer.alloc(0)
      const send = () => {
        if (stopped) {
          socket.end()
          done()
          return
        }
        sentAt = performance.now()
        socket.write(nextRequest())
      }
      socket.on('data', (bytes) => {
        pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes])
        const headEnd = pending.indexOf(HEADER_END)
        if (headEnd < 0) return
        const head = pending.toString('latin1', 0, headEnd)
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
        const end = headEnd + HEADER_END.length + length
        if (pending.length < end) return
        const status = head.slice(9, 12)
        if (measuring && !stopped) {
          statuses[status] = (statuses[status] ?? 0) + 1
          latencies.push(performance.now() - sentAt)
        }
        if (!status.startsWith('2')) complaint ??= pending.toString('utf8', headEnd + HEADER_END.length, end)
        pending = pending.subarray(end)
        send()
      })
      socket.on('error', fail)
      socket.on('close', () => (stopped ? done() : fail(new Error('the server closed a connection'))))
      socket.on('connect', send)
    })
  }

  const driving = Promise.all(
    Array.from({ length: task.connections }, () => {
      const socket = connect(task.port, '127.0.0.1')
      socket.setNoDelay(true)
      return drive(socket)
    }),
  )
  await Promise.race([driving, after(task.warmUpS)])
  measuring = true
  const cpu = process.cpuUsage()
  const began = performance.now()
  await Promise.race([driving, after(task.seconds)])
  stopped = true
  const seconds = (performance.now() - began) / 1000
  const used = process.cpuUsage(cpu)
  await driving
  const sorted = latencies.sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return {
    answered: Object.entries(statuses).reduce(
      (sum, [status, n]) => sum + (status.startsWith('2') ? n : 0),
      0,
    ),
    seconds,
    next: number,
    statuses,
    latencyMs: { p50: at(0.5), p99: at(0.99) },
    cpuSeconds: (used.user + used.system) / 1_000_000,
    ...(complaint === undefined ? {} : { complaint }),
  }
}

function after(seconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, seconds * 1000))
}
