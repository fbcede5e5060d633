import { setTimeout as sleep } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import type { Failure } from '../actions/failure.ts'
import { say } from '../languages/say.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Gives back what it was let in with, before its connection ends: a stream does. */
    leave?: () => void
  }
}

/**
 * What a request may still use when the server has more to do than it can: reads give way first, then changes. Words on
 * requests, and what stops harm, have the rest.
 */
export type Share = 'read' | 'change' | 'containment'

export type ShareLimit = {
  /** Of all requests under way, whatever their share. */
  readonly underWayMax: number
  /** Of the memory that the process may have, 0 to 1. */
  readonly memoryMax: number
}

export const SHARES: Readonly<Record<Share, ShareLimit>> = {
  read: { underWayMax: 300, memoryMax: 0.8 },
  change: { underWayMax: 500, memoryMax: 0.9 },
  // The heap is nearly used up, and still nobody is kept from stopping harm.
  containment: { underWayMax: 1_000, memoryMax: 1 },
}
const RETRY_AFTER_S = 2
const MEMORY_READ_INTERVAL_MS = 250

export type Admission = {
  /** @returns what to call when it has ended (once counts), or the refusal */
  readonly enter: (share: Share) => (() => void) | Failure
  readonly underWay: () => number
}

/** Turns requests away before memory or the pool is used up (O-15): told to come back, rather than kept waiting. */
export function makeAdmission(
  options: {
    readonly limits?: Readonly<Record<Share, ShareLimit>>
    /** Of the memory that the process may have, how much is used: 0 to 1. */
    readonly memoryUsed?: () => number
  } = {},
): Admission {
  const { limits = SHARES, memoryUsed = heapUsed() } = options
  let underWay = 0
  return {
    underWay: () => underWay,
    enter(share) {
      const { underWayMax, memoryMax } = limits[share]
      if (underWay >= underWayMax || memoryUsed() > memoryMax) return OVERLOADED
      underWay += 1
      let inside = true
      return () => {
        if (inside) underWay -= 1
        inside = false
      }
    },
  }
}

const OVERLOADED: Failure = {
  kind: 'upstream_unavailable',
  code: 'overloaded',
  message: say`There is more to do than can be done now. Nothing of this was begun: try again in ${RETRY_AFTER_S} s.`,
  retryAfterS: RETRY_AFTER_S,
}

function heapUsed(): () => number {
  let read = { at: Number.NEGATIVE_INFINITY, used: 0 }
  return () => {
    const at = performance.now()
    if (at - read.at > MEMORY_READ_INTERVAL_MS) {
      const { used_heap_size, heap_size_limit } = getHeapStatistics()
      read = { at, used: used_heap_size / heap_size_limit }
    }
    return read.used
  }
}

const DRAIN_POLL_MS = 20

/** Waits until nothing is under way any more, at most so long. */
export async function drained(admission: Admission, maxMs: number): Promise<void> {
  const until = performance.now() + maxMs
  while (admission.underWay() > 0 && performance.now() < until) await sleep(DRAIN_POLL_MS)
}
