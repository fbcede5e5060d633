import { isUndecided, ProblemError } from './problem.ts'

/**
 * One intent of a person: what is sent and under which key. A second click, or a retry after a lost answer, sends
 * the same body under the same key, so it acts once. Only a decided refusal lets the person send something else.
 */
export type Intent<Body> = {
  /** Sends `body`, or the frozen body of an earlier try whose outcome is not known. */
  send: (body: Body) => Promise<void>
  state: () => IntentState<Body>
}

export type IntentState<Body> =
  | { phase: 'idle' }
  | { phase: 'sending'; body: Body; key: string }
  | { phase: 'undecided'; body: Body; key: string; error: unknown }
  | { phase: 'refused'; body: Body; error: unknown }
  | { phase: 'accepted'; body: Body }

/** How often a key is tried again on its own before the person is asked. */
export const INTENT_AUTOMATIC_TRIES = 3
const RETRY_BASE_MS = 400
const RETRY_LONGEST_MS = 5_000

export function createIntent<Body, Answer>(options: {
  send: (body: Body, key: string) => Promise<Answer>
  accepted: (answer: Answer) => void
  changed: () => void
  newKey?: () => string
  wait?: (ms: number) => Promise<void>
}): Intent<Body> {
  const newKey = options.newKey ?? (() => crypto.randomUUID())
  const wait = options.wait ?? ((ms: number) => new Promise((done) => setTimeout(done, ms)))
  let state: IntentState<Body> = { phase: 'idle' }

  function enter(next: IntentState<Body>) {
    state = next
    options.changed()
  }

  async function attempt(body: Body, key: string): Promise<void> {
    enter({ phase: 'sending', body, key })
    for (let tries = 1; ; tries += 1) {
      try {
        const answer = await options.send(body, key)
        enter({ phase: 'accepted', body })
        options.accepted(answer)
        return
      } catch (error) {
        if (!isUndecided(error)) {
          enter({ phase: 'refused', body, error })
          return
        }
        if (tries >= INTENT_AUTOMATIC_TRIES) {
          enter({ phase: 'undecided', body, key, error })
          return
        }
        await wait(pauseMs(error, tries))
      }
    }
  }

  return {
    state: () => state,
    send(body) {
      if (state.phase === 'sending' || state.phase === 'accepted') return Promise.resolve()
      if (state.phase === 'undecided') return attempt(state.body, state.key)
      return attempt(body, newKey())
    },
  }
}

function pauseMs(error: unknown, tries: number): number {
  const asked = error instanceof ProblemError && error.retryAfterS !== null ? error.retryAfterS * 1_000 : 0
  return Math.min(RETRY_LONGEST_MS, Math.max(asked, RETRY_BASE_MS * 2 ** (tries - 1)))
}
