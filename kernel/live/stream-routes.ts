import type { ServerResponse } from 'node:http'
import { fail, invalid } from '../actions/failure.ts'
import { mayReadConsole } from '../entities/entity-routes.ts'
import { type Route, route } from '../http/route.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import type { Frame, LiveFeed } from './live-feed.ts'

const HEARTBEAT_MS = 15_000
/** A receiver that is this far behind is let go: it comes back with its last position and misses nothing. */
const BACKLOG_MAX_BYTES = 512 * 1024
/** Identity and roles are looked at again this often, so that a revoked session stops hearing. */
const RECHECK_MS = 10_000

/**
 * C-11: every change that this person may see, as server-sent events. `Last-Event-ID` resumes after that position with
 * nothing missed.
 */
export function streamRoutes(
  kernel: Kernel,
  feed: LiveFeed,
  stillAdmitted: (request: Parameters<Route['handle']>[0]['request']) => Promise<boolean>,
): Route[] {
  return [
    route({
      method: 'GET',
      url: '/v1/stream',
      summary: 'Live changes (text/event-stream)',
      access: { permission: 'kernel:read' },
      async handle({ request, reply, principal }) {
        const header = request.headers['last-event-id']
        if (header !== undefined && !/^\d{1,15}$/.test(String(header))) {
          return fail(
            invalid({ field: 'Last-Event-ID', message: 'must be a position that this stream gave' }),
          )
        }
        const sees = visibility(kernel, principal)
        const out = reply.raw
        reply.hijack()
        out.writeHead(200, {
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-store',
          'x-accel-buffering': 'no',
          connection: 'keep-alive',
        })
        await pump(feed, out, sees, header === undefined ? undefined : Number(header), () =>
          stillAdmitted(request),
        )
        return 'hijacked'
      },
    }),
  ]
}

async function pump(
  feed: LiveFeed,
  out: ServerResponse,
  sees: (frame: Frame) => boolean,
  resumeAfter: number | undefined,
  stillAdmitted: () => Promise<boolean>,
): Promise<void> {
  const send = (frames: readonly Frame[]) => {
    const text = frames
      .filter(sees)
      .map((frame) => frame.text)
      .join('')
    if (text === '') return
    out.write(text)
    if (out.writableLength > BACKLOG_MAX_BYTES) out.destroy()
  }

  // Subscribed before the past is read, so that nothing falls between the two.
  const early: Frame[] = []
  let receive = (frames: readonly Frame[]): void => {
    early.push(...frames)
  }
  const unsubscribe = feed.subscribe((frames) => receive(frames))
  const began = feed.position()
  out.write(`retry: 1000\nid: ${resumeAfter ?? began}\nevent: hello\ndata: {"position":${began}}\n\n`)
  const missed = resumeAfter === undefined ? [] : await feed.since(resumeAfter)
  send(missed)
  const sentUpTo = Math.max(missed.at(-1)?.position ?? 0, resumeAfter ?? began)
  send(early.filter((frame) => frame.position > sentUpTo))
  receive = send

  // A browser that goes away in the middle of a frame is no fault.
  out.on('error', () => out.destroy())
  const heartbeat = setInterval(() => out.write(`: ${feed.position()}\n\n`), HEARTBEAT_MS)
  const recheck = setInterval(() => {
    stillAdmitted().then(
      (admitted) => {
        if (!admitted) out.end()
      },
      () => out.end(),
    )
  }, RECHECK_MS)
  await new Promise<void>((done) => out.once('close', done))
  clearInterval(heartbeat)
  clearInterval(recheck)
  unsubscribe()
}

/** The same permission as for reading the record decides who hears of its change. */
function visibility(kernel: Kernel, principal: Principal): (frame: Frame) => boolean {
  const byKind = new Map<string, boolean>()
  return (frame) => {
    if (frame.tenantId !== null && !principal.tenants.includes(frame.tenantId)) return false
    const known = byKind.get(frame.kind)
    if (known !== undefined) return known
    const console = frame.kind === 'request' ? undefined : kernel.entities.get(frame.kind)?.console
    const may =
      frame.kind === 'request'
        ? kernel.access.mayEver(principal, 'requests:read')
        : console !== undefined && mayReadConsole(kernel, principal, console)
    byKind.set(frame.kind, may)
    return may
  }
}
