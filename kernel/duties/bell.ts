import { pause } from '../time/pause.ts'

export type Looks = {
  /** Milliseconds until the next look after one that found something. */
  readonly soonMs: number
  /** At most so many milliseconds go by without a look; from one look in vain to the next it is twice as long, up to this. */
  readonly lateMs?: number
}

/** Waits until it is time to look again, or the signal fires. @param found whether the last look found something */
export type Wait = (found: boolean, signal: AbortSignal) => Promise<void>

/** Wakes the duties of a process that wait for work, so that they need not look for it all the time. */
export type Bell = {
  /** There may be work. Rung for nothing it costs a look; not rung, work is found a little later. */
  readonly ring: () => void
  /** For one duty. What is rung while it works is heard when it waits again. */
  readonly waits: (looks: Looks) => Wait
}

const LATE_MS = 250
/** Between a look and the next that was rung for meanwhile. */
const BETWEEN_MS = 5

export function makeBell(): Bell {
  let rings = 0
  const waiting = new Set<() => void>()
  return {
    ring() {
      rings += 1
      for (const wake of [...waiting]) wake()
    },
    waits({ soonMs, lateMs = LATE_MS }) {
      let heard = rings
      let ms = soonMs
      return async (found, signal) => {
        ms = found ? soonMs : Math.min(ms * 2, lateMs)
        if (!found && rings === heard) await pause(ms, signal, waiting)
        // However much is rung, others come to their turn between one look and the next.
        else await pause(found ? soonMs : BETWEEN_MS, signal)
        if (rings !== heard) ms = soonMs
        heard = rings
      }
    },
  }
}

/** For duties that nobody rings for: they look as often as after work. */
export const unrung: Bell = {
  ring: () => undefined,
  waits:
    ({ soonMs }) =>
    (_found, signal) =>
      pause(soonMs, signal),
}
