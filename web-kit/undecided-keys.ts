import { isUndecided } from '@countersign/sdk/problem.ts'
import { useState } from 'react'

/** The keys of what was asked for and has no decided answer yet. */
export type UndecidedKeys = {
  /**
   * Sends under the key that the very same was last sent under and not answered, else under a new one.
   *
   * @param place what it is asked of: something else asked of it in between is another intent
   */
  under: <Answer>(place: string, asked: unknown, send: (key: string) => Promise<Answer>) => Promise<Answer>
}

/** One intent, one key (K-12), for buttons that may be pressed time and again: after a lost answer it acts once. */
export function createUndecidedKeys(newKey: () => string = () => crypto.randomUUID()): UndecidedKeys {
  const held = new Map<string, { asked: string; key: string }>()
  return {
    async under(place, what, send) {
      const asked = JSON.stringify(what)
      const before = held.get(place)
      const now = before?.asked === asked ? before : { asked, key: newKey() }
      held.set(place, now)
      const decided = () => {
        if (held.get(place) === now) held.delete(place)
      }
      try {
        const answer = await send(now.key)
        decided()
        return answer
      } catch (error) {
        if (!isUndecided(error)) decided()
        throw error
      }
    },
  }
}

/** Such keys for as long as the component lives. */
export function useUndecidedKeys(): UndecidedKeys {
  const [keys] = useState(() => createUndecidedKeys())
  return keys
}
