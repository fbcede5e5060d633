import { useSyncExternalStore } from 'react'

/** How often relative times are reckoned anew. */
export const CLOCK_TICK_MS = 10_000

const listeners = new Set<() => void>()
let now = Date.now()
let timer: ReturnType<typeof setInterval> | null = null

function tick() {
  now = Date.now()
  for (const listener of listeners) listener()
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed)
  if (timer === null) {
    now = Date.now()
    timer = setInterval(tick, CLOCK_TICK_MS)
  }
  return () => {
    listeners.delete(changed)
    if (listeners.size > 0 || timer === null) return
    clearInterval(timer)
    timer = null
  }
}

/** The time that every relative time on the screen is reckoned from; one clock, so that they agree. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now)
}
