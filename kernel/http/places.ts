import type { Failure } from '../actions/failure.ts'

export type Places = {
  /** @returns what to call when it is free again (once counts), or the refusal */
  readonly take: (caller: string) => (() => void) | Failure
}

/** So many of something at a time, and so many of them one caller's: however slow one is, others find room. */
export function makePlaces(limits: {
  readonly ofAll: number
  readonly ofOne: number
  readonly refusal: Failure
}): Places {
  const held = new Map<string, number>()
  let all = 0
  return {
    take(caller) {
      const own = held.get(caller) ?? 0
      if (all >= limits.ofAll || own >= limits.ofOne) return limits.refusal
      all += 1
      held.set(caller, own + 1)
      let taken = true
      return () => {
        if (!taken) return
        taken = false
        all -= 1
        const left = (held.get(caller) ?? 1) - 1
        if (left === 0) held.delete(caller)
        else held.set(caller, left)
      }
    },
  }
}
