import { useCallback, useSyncExternalStore } from 'react'

/** By group of charts, the moment that is looked at; ms since 1970. */
const moments = new Map<string, number>()
const listeners = new Set<() => void>()

/**
 * The moment that somebody looks at in one of the charts of a group, for all of them: a time and no place in a list, so that it
 * is the same when new figures come. Null: none, the newest is shown.
 */
export function useLookedAt(group: string): [number | null, (moment: number | null) => void] {
  const moment = useSyncExternalStore(subscribe, () => moments.get(group) ?? null)
  const look = useCallback(
    (at: number | null) => {
      if ((moments.get(group) ?? null) === at) return
      if (at === null) moments.delete(group)
      else moments.set(group, at)
      for (const listener of listeners) listener()
    },
    [group],
  )
  return [moment, look]
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed)
  return () => {
    listeners.delete(changed)
    // Nobody looks any more once the last chart is gone.
    if (listeners.size === 0) moments.clear()
  }
}

/** Which step a moment lies in; null where it lies before the first. */
export function stepAt(times: readonly number[], moment: number): number | null {
  const index = times.findLastIndex((at) => at <= moment)
  return index === -1 ? null : index
}
