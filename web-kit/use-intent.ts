import { createIntent, type Intent, type IntentState } from '@countersign/sdk/intent.ts'
import { useReducer, useRef } from 'react'

/** One intent of the person, for as long as the component lives; `restart` begins another. */
export function useIntent<Body, Answer>(
  send: (body: Body, key: string) => Promise<Answer>,
  accepted: (answer: Answer) => void,
): { state: IntentState<Body>; send: (body: Body) => void; restart: () => void } {
  const [, rerender] = useReducer((count: number) => count + 1, 0)
  const latest = useRef({ send, accepted })
  latest.current = { send, accepted }
  const intent = useRef<Intent<Body> | null>(null)
  intent.current ??= createIntent<Body, Answer>({
    send: (body, key) => latest.current.send(body, key),
    accepted: (answer) => latest.current.accepted(answer),
    changed: rerender,
  })
  return {
    state: intent.current.state(),
    send: (body) => void intent.current?.send(body),
    restart: () => {
      intent.current = null
      rerender()
    },
  }
}
