/** What has been counted is written now and then, and at the end. */
export type Sweeping = {
  /** Once what is being written now is done. */
  readonly now: (all: boolean) => Promise<void>
  /** Writes all that is left and stops. */
  readonly close: () => Promise<void>
}

/**
 * Sweeps every so many ms, never twice at a time.
 *
 * @param sweep `all`: also what is not due yet; it reports its own failures
 */
export function sweepInTurn(everyMs: number, sweep: (all: boolean) => Promise<void>): Sweeping {
  let last: Promise<void> = Promise.resolve()
  const now = (all: boolean) => {
    last = last.then(() => sweep(all))
    return last
  }
  const timer = setInterval(() => void now(false), everyMs)
  timer.unref()
  return {
    now,
    close() {
      clearInterval(timer)
      return now(true)
    },
  }
}
