import { randomUUID } from 'node:crypto'
import { answerTask } from './answer-task.ts'
import { driveConnection } from './drive-connection.ts'
import { quantiles } from './quantiles.ts'

/**
 * The load generator: a process of its own, as lean as it can be, so that what is measured is the server. Each
 * connection sends one request at a time and waits for its answer.
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

answerTask(run)

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

  const drive = () => {
    let sentAt = 0
    return driveConnection(
      task.port,
      () => {
        if (stopped) return undefined
        sentAt = performance.now()
        return nextRequest()
      },
      (status, body) => {
        if (measuring && !stopped) {
          statuses[status] = (statuses[status] ?? 0) + 1
          latencies.push(performance.now() - sentAt)
        }
        if (!status.startsWith('2')) complaint ??= body()
      },
    )
  }

  const driving = Promise.all(Array.from({ length: task.connections }, drive))
  await Promise.race([driving, after(task.warmUpS)])
  measuring = true
  const cpu = process.cpuUsage()
  const began = performance.now()
  await Promise.race([driving, after(task.seconds)])
  stopped = true
  const seconds = (performance.now() - began) / 1000
  const used = process.cpuUsage(cpu)
  await driving
  const { p50, p99 } = quantiles(latencies)
  return {
    answered: Object.entries(statuses).reduce(
      (sum, [status, n]) => sum + (status.startsWith('2') ? n : 0),
      0,
    ),
    seconds,
    next: number,
    statuses,
    latencyMs: { p50, p99 },
    cpuSeconds: (used.user + used.system) / 1_000_000,
    ...(complaint === undefined ? {} : { complaint }),
  }
}

function after(seconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, seconds * 1000))
}
