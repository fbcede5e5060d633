/** Failures in a row that open the circuit. */
const FAILURES_TO_OPEN = 5
const OPEN_FOR_MS = 5_000
const OPEN_FOR_MAX_MS = 60_000

export type CircuitState = 'closed' | 'open' | 'half_open'

export type CircuitBreaker = {
  /** False while open: the upstream is left alone. In half-open one caller at a time may probe. */
  readonly admits: () => boolean
  readonly succeeded: () => void
  readonly failed: (why: string) => void
  readonly snapshot: () => {
    readonly state: CircuitState
    readonly trips: number
    readonly nextProbeInMs: number | null
    readonly lastFailure: string | null
  }
}

/**
 * Per upstream and process: after failures in a row, calls stop for a while that doubles with every failed probe.
 *
 * @param now ms that only ever grow: a clock that is set back would keep a circuit open
 */
export function makeCircuitBreaker(now: () => number = () => performance.now()): CircuitBreaker {
  let failures = 0
  let trips = 0
  let openUntil: number | null = null
  let probing = false
  let lastFailure: string | null = null
  const state = (): CircuitState => (openUntil === null ? 'closed' : now() < openUntil ? 'open' : 'half_open')
  return {
    admits() {
      switch (state()) {
        case 'closed':
          return true
        case 'open':
          return false
        case 'half_open':
          if (probing) return false
          probing = true
          return true
      }
    },
    succeeded() {
      failures = 0
      trips = 0
      openUntil = null
      probing = false
    },
    failed(why) {
      lastFailure = why
      probing = false
      failures += 1
      if (failures >= FAILURES_TO_OPEN) {
        openUntil = now() + Math.min(OPEN_FOR_MS * 2 ** trips, OPEN_FOR_MAX_MS)
        trips += 1
      }
    },
    snapshot: () => ({
      state: state(),
      trips,
      nextProbeInMs: openUntil === null ? null : Math.max(openUntil - now(), 0),
      lastFailure,
    }),
  }
}
