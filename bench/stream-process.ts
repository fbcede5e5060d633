import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { signatureHeader } from '@countersign/kernel/events/webhook-signature.ts'
import { answerTask } from './answer-task.ts'

/** So many consoles that listen, and one upstream that tells of records: in a process of its own, whose clock times both. */
export type StreamTask = {
  readonly port: number
  readonly serverPid: number
  /** Of a person each. */
  readonly tokens: readonly string[]
  readonly source: string
  readonly secret: string
  readonly eventsPerSecond: number
  readonly seconds: number
  /** An event as the upstream sends it; each copy is of a record of its own, whose id says when it was sent. */
  readonly event: Readonly<Record<string, unknown>>
}

export type StreamAnswer = {
  readonly sent: number
  /** From sending to hearing, of every console, in ms. */
  readonly took: readonly number[]
  /** What each console more took of the server's memory, in bytes; undefined where nothing says so. */
  readonly bytesEach: number | undefined
}

const SENT_AT = /bench_(\d+)_\d+/g
/** What was sent last is waited for so long. */
const PATIENCE_MS = 10_000
/** More at once would be turned away until there is room, as a browser's next try would find it. */
const OPENED_AT_ONCE = 10

answerTask(run)

async function run(task: StreamTask): Promise<StreamAnswer> {
  const took: number[] = []
  const before = residentBytes(task.serverPid)
  const consoles = task.tokens.length
  for (let opened = 0; opened < consoles; opened += OPENED_AT_ONCE) {
    const some = task.tokens.slice(opened, opened + OPENED_AT_ONCE)
    await Promise.all(some.map((token) => listen(task.port, token, (ms) => took.push(ms))))
  }
  const after = residentBytes(task.serverPid)
  const sent = task.eventsPerSecond * task.seconds
  const began = Date.now()
  for (let n = 0; n < sent; n += 1) {
    await sleep(Math.max(0, began + (n * 1000) / task.eventsPerSecond - Date.now()))
    await tell(task, `bench_${Date.now()}_${n}`)
  }
  const until = Date.now() + PATIENCE_MS
  while (took.length < sent * consoles && Date.now() < until) await sleep(50)
  if (took.length < sent * consoles) {
    throw new Error(`${took.length} of ${sent * consoles} frames were heard`)
  }
  return {
    sent,
    took,
    bytesEach: before === undefined || after === undefined ? undefined : (after - before) / consoles,
  }
}

/** Resolves once the stream has begun. */
function listen(port: number, token: string, heard: (ms: number) => void): Promise<void> {
  return new Promise((done, fail) => {
    const socket = connect(port, '127.0.0.1')
    let rest = ''
    let first: string | undefined
    socket.setEncoding('utf8')
    socket.on('connect', () =>
      socket.write(
        `GET /v1/stream HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\naccept: text/event-stream\r\nauthorization: Bearer ${token}\r\n\r\n`,
      ),
    )
    socket.on('data', (text: string) => {
      const now = Date.now()
      first ??= text.split('\r\n')[0]
      rest += text
      if (rest.includes('event: hello')) done()
      // A frame ends with an empty line; what has not ended yet is heard with what follows.
      const end = rest.lastIndexOf('\n\n')
      if (end < 0) return
      const frames = rest.slice(0, end).split('\n\n')
      rest = rest.slice(end + 2)
      for (const frame of frames) {
        const sentAt = [...frame.matchAll(SENT_AT)][0]?.[1]
        if (sentAt !== undefined) heard(now - Number(sentAt))
      }
    })
    socket.on('error', fail)
    socket.on('close', () => fail(new Error(`the server ended a stream: ${first ?? 'nothing was said'}`)))
  })
}

async function tell({ port, source, secret, event }: StreamTask, id: string): Promise<void> {
  const subject = { ...(event.subject as { kind: string }), id }
  const told = { ...event, id: `evt_${id}`, subject, data: { ...(event.data as object), id } }
  const body = Buffer.from(JSON.stringify(told))
  const answer = await fetch(`http://127.0.0.1:${port}/v1/ingest/${source}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'countersign-signature': signatureHeader(body, secret, new Date()),
    },
    body,
  })
  if (answer.status !== 202) throw new Error(`an event was answered ${answer.status}: ${await answer.text()}`)
}

function residentBytes(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
