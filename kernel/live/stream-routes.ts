import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import type { FastifyRequest } from 'fastify'
import { fail, invalid } from '../actions/failure.ts'
import { maySeeRequest } from '../actions/visible-requests.ts'
import { mayHearOf } from '../entities/may-hear-of.ts'
import { makePlaces } from '../http/places.ts'
import { type Route, route } from '../http/route.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'
import { isViewKnownTo } from '../queues/saved-view.ts'
import type { Frame, LiveFeed } from './live-feed.ts'
import type { WatchSession } from './watch-sessions.ts'

const HEARTBEAT_MS = 15_000
/** A receiver that is this far behind is let go: it comes back with its last position and misses nothing. */
const BACKLOG_MAX_BYTES = 512 * 1024
/**
 * Who it is, their roles and the gates of their consoles are looked at again this often, so that whoever lost a role, has a token
 * that expired or is at an address that is listed no more stops hearing. At once, where something was done to the person.
 */
const RECHECK_MS = 10_000
const PERMISSION = 'kernel:read'
/** When a browser that lost the connection comes back. */
const RETRY_MS = 1_000
/** Decisions by kind and console kept for one person. */
const KNOWN_MAX = 1_000
/** People whose decisions are kept. */
const PEOPLE_MAX = 10_000
/** Tabs that one person may have open; each is looked at again and again. */
const STREAMS_OF_A_PERSON = 100

/**
 * C-11: every change that this person may see, as server-sent events. `Last-Event-ID` resumes after that position with
 * nothing missed.
 */
export function streamRoutes(
  kernel: Kernel,
  feed: LiveFeed,
  /** Who is behind a request now; undefined where nobody is any more, or they would not be let in now. */
  identify: (request: FastifyRequest) => Promise<Principal | undefined>,
  watchSession: WatchSession,
): Route[] {
  const visibility = makeVisibility(kernel)
  const streams = makePlaces({
    ofAll: Number.POSITIVE_INFINITY,
    ofOne: STREAMS_OF_A_PERSON,
    refusal: {
      kind: 'too_many_requests',
      code: 'streams_open',
      message: say`${STREAMS_OF_A_PERSON} live streams of yours are open. Close one of those tabs first.`,
      retryAfterS: 10,
    },
  })
  const inTurn = makeTurns()
  return [
    route({
      method: 'GET',
      url: '/v1/stream',
      summary: 'Live changes (text/event-stream)',
      access: { permission: PERMISSION },
      async handle({ request, reply, principal }) {
        const header = request.headers['last-event-id']
        if (header !== undefined && !/^\d{1,15}$/.test(String(header))) {
          return fail(
            invalid({ field: 'Last-Event-ID', message: say`must be a position that this stream gave` }),
          )
        }
        const free = streams.take(principal.id)
        if (typeof free !== 'function') return fail(free)
        const out = reply.raw
        out.once('close', free)
        reply.hijack()
        // Whoever left while it was found out who they are: nothing would say so any more.
        if (out.destroyed) {
          free()
          return 'hijacked'
        }
        out.writeHead(200, {
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-store',
          'x-accel-buffering': 'no',
          connection: 'keep-alive',
        })
        const { sessionId } = principal.credential
        const unwatch = sessionId === undefined ? undefined : watchSession(sessionId, () => out.end())
        out.once('close', () => unwatch?.())
        // Not waited for: whoever listens uses nothing of what requests under way have to share.
        pump(feed, out, header === undefined ? undefined : Number(header), {
          sees: visibility(principal),
          concerns: ({ kind, id }) => kind === 'person' && id === principal.id,
          inTurn,
          async recheck() {
            const now = await identify(request)
            return now && kernel.access.mayEver(now, PERMISSION) ? visibility(now) : undefined
          },
          report: (error) =>
            request.log.warn({ err: error }, 'a live stream ended: whether its reader may hear is not known'),
        }).catch((error: unknown) =>
          request.log.warn({ err: error }, 'a live stream ended: what its reader had missed cannot be read'),
        )
        return 'hijacked'
      },
    }),
  ]
}

type Sees = (frame: Frame) => boolean

async function pump(
  feed: LiveFeed,
  out: ServerResponse,
  resumeAfter: number | undefined,
  receiver: {
    readonly sees: Sees
    /** Those who read of the past do so one after the other. */
    readonly inTurn: InTurn
    readonly recheck: () => Promise<Sees | undefined>
    /** What tells of something that was done to this receiver, a role taken away, say. */
    readonly concerns: (frame: Frame) => boolean
    /** Hears why nobody could say whether this receiver may still hear. */
    readonly report: (error: unknown) => void
  },
): Promise<void> {
  let { sees } = receiver
  // Whoever is let go is let go with a whole last frame: what comes between that and its end is heard after resuming.
  const write = (text: string) => {
    if (text !== '' && !out.writableEnded) out.write(text)
  }
  const send = (frames: readonly Frame[]) => write(textOf(frames, sees))
  let gone = false
  const closed = new Promise<void>((done) => {
    out.once('close', () => {
      gone = true
      done()
    })
  })
  // A browser that goes away in the middle of a frame is no fault.
  out.on('error', () => out.destroy())

  let looking = false
  let wanted = false
  // However often it is wanted meanwhile, it is one look after the one under way.
  async function lookAgain(): Promise<void> {
    wanted = true
    if (looking) return
    looking = true
    try {
      while (wanted && !gone) {
        wanted = false
        const now = await receiver.recheck()
        if (!now) return void out.end()
        sees = now
      }
    } catch (error) {
      receiver.report(error)
      out.end()
    } finally {
      looking = false
    }
  }

  let caughtUp = false
  const unsubscribe = feed.subscribe((frames) => {
    if (frames.some(receiver.concerns)) void lookAgain()
    if (!caughtUp) return
    send(frames)
    if (out.writableLength > BACKLOG_MAX_BYTES) out.destroy()
  })
  // With its position: whoever hears of little does not have to go through all of it again when it comes back. An event,
  // and no comment: a page that hears none for long knows that nobody is there any more, which TCP may never say.
  const heartbeat = setInterval(
    () => write(`event: beat\n${caughtUp ? `id: ${feed.position()}\n` : ''}data: {}\n\n`),
    HEARTBEAT_MS,
  )
  const recheck = setInterval(() => void lookAgain(), RECHECK_MS)
  try {
    let position = resumeAfter ?? feed.position()
    out.write(`retry: ${RETRY_MS}\nid: ${position}\nevent: hello\ndata: {"position":${feed.position()}}\n\n`)
    // The past is read page by page, as fast as the receiver takes it. Between the last look at the feed's position and
    // listening to it there is no instant at which a frame could fall through.
    while (!gone && position < feed.position()) {
      const from = position
      position = await receiver.inTurn(async () => {
        // Between one page and the next others have their turn.
        await setImmediate()
        if (gone) return from
        const { frames, through } = await feed.after(from)
        send(frames)
        return through
      })
      if (out.writableNeedDrain) await Promise.race([once(out, 'drain'), closed])
    }
    caughtUp = true
    await closed
  } finally {
    clearInterval(heartbeat)
    clearInterval(recheck)
    unsubscribe()
    out.destroy()
  }
}

/** What tells of a request is for those who may see it; and of a record, for those who may read that. */
function mayHear(kernel: Kernel, principal: Principal, frame: Frame): boolean {
  if (frame.request === null || (frame.request && !maySeeRequest(kernel, principal, frame.request)))
    return false
  const { request } = frame
  if (request?.on && request.requested_by !== principal.id && !maySeeRequest(kernel, principal, request.on))
    return false
  return frame.kind === 'request' || mayHearOf(kernel, principal, frame)
}

type InTurn = <Made>(task: () => Promise<Made>) => Promise<Made>

/** One task at a time, in the order in which they came; one that fails holds nobody up. */
function makeTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const mine = last.then(task)
    last = mine.catch(() => undefined)
    return mine
  }
}

/** The same permission as for reading the record decides who hears of its change. All streams of a person decide once. */
function makeVisibility(kernel: Kernel): (principal: Principal) => Sees {
  const people = new Map<string, { readonly at: number; readonly sees: Sees }>()
  return (principal) => {
    const now = performance.now()
    const key = JSON.stringify([principal.id, principal.roles, principal.tenants])
    const before = people.get(key)
    // Not for longer than roles go without being looked at: what a decision rests on beside them may change too.
    if (before && now - before.at < RECHECK_MS) return before.sees
    people.delete(key)
    const sees = visibility(kernel, principal)
    people.set(key, { at: now, sees })
    for (const oldest of people.keys()) {
      if (people.size <= PEOPLE_MAX) break
      people.delete(oldest)
    }
    return sees
  }
}

function visibility(kernel: Kernel, principal: Principal): Sees {
  const known = new Map<string, boolean>()
  return (frame) => {
    if (frame.tenantId !== null && !principal.tenants.includes(frame.tenantId)) return false
    if (frame.kind === 'mentions') return frame.id === principal.id
    // Asked of each: there are as many answers as views.
    if (frame.views && !frame.views.some((view) => isViewKnownTo(view, principal))) return false
    const owner = kernel.entities.get(frame.kind)?.consoleOf?.(frame.id) ?? ''
    const asked =
      frame.request &&
      [frame.request, frame.request.on].map(
        (one) => one && `${one.type} ${one.requested_by === principal.id}`,
      )
    const key = `${frame.kind} ${owner} ${asked}`
    const before = known.get(key)
    if (before !== undefined) return before
    const may = mayHear(kernel, principal, frame)
    if (known.size < KNOWN_MAX) known.set(key, may)
    return may
  }
}

/** What of these frames is seen, as it is written: made once for all who see the same. */
const texts = new WeakMap<readonly Frame[], WeakMap<Sees, string>>()

function textOf(frames: readonly Frame[], sees: Sees): string {
  const made = texts.get(frames) ?? new WeakMap<Sees, string>()
  texts.set(frames, made)
  const before = made.get(sees)
  if (before !== undefined) return before
  const text = frames
    .filter(sees)
    .map((frame) => frame.text)
    .join('')
  made.set(sees, text)
  return text
}
