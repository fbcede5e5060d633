import { defineEntity, type EntityType, localEntity } from '../entities/define-entity.ts'
import { type Said, say, type Text } from '../languages/say.ts'
import { consolesOn } from './consoles-on.ts'
import { consolesThatHear } from './consoles-that-hear.ts'
import { upstreamTitle } from './upstream-title.ts'

/** A system of record as operators may hold it back: whether effects are sent to it now. */
export type UpstreamState = {
  readonly id: string
  /** What people call it. */
  readonly called: Text
  /** Why it is paused; null while it is not. */
  readonly paused: string | null
  /** The consoles whose effects go to it; none: it is only read, and there is nothing to hold back. */
  readonly consoles: readonly string[]
  readonly heardBy: readonly string[]
}

export const UPSTREAM_PAUSED = 'kernel.upstream.paused'
export const UPSTREAM_RESUMED = 'kernel.upstream.resumed'

export function upstreamStream(id: string): string {
  return `kernel.upstream/${id}`
}

const stored = localEntity<UpstreamState>({
  kind: 'upstream',
  console: 'kernel',
  stream: upstreamStream,
  initial: (id) => ({ id, called: id, paused: null, consoles: [], heardBy: [] }),
  evolve: (state, { type, payload }) => ({
    ...state,
    paused: type === UPSTREAM_PAUSED ? String(payload.reason) : null,
  }),
  present: ({ called, paused, consoles }) => ({
    title: say`Upstream ${called}`,
    state: paused === null ? 'open' : 'paused',
    data: { reason: paused, consoles: [...consoles] },
    banners:
      consoles.length === 0
        ? [
            {
              tone: 'info',
              text: say`Nothing is sent to ${called}, it is only read: there is nothing to pause.`,
            },
          ]
        : [],
  }),
})

/** Known by the name of its connector; there is one for every upstream that an effect goes to, or that we hear from. */
export const upstream: EntityType<UpstreamState, unknown> = {
  ...stored,
  async read(id, upstreams, context) {
    const consoles = context.ask((kernel) => consolesOn(kernel, id))
    const heardBy = context.ask((kernel) => consolesThatHear(kernel, id))
    if (consoles.length + heardBy.length === 0) return { status: 'missing' }
    const called = context.ask((kernel) => upstreamTitle(kernel, id))
    const reading = await stored.read(id, upstreams, context)
    return reading.status === 'found'
      ? { ...reading, state: { ...reading.state, called, consoles, heardBy } }
      : reading
  },
}

export const upstreamEntity = defineEntity(upstream)

/** Why somebody may not hold this upstream back or let it go on, or undefined. */
export function notTheirUpstream(
  { called, consoles }: UpstreamState,
  roles: readonly string[],
): Said | undefined {
  if (consoles.length === 0) {
    return say`Nothing is sent to ${called}, it is only read: there is nothing to pause.`
  }
  return consoles.some((console) => roles.some((role) => role.startsWith(`${console}/`)))
    ? undefined
    : say`Effects go to ${called} from ${consoles.join(', ')}; it is for their people.`
}
