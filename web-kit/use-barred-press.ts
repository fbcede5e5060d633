import { useState } from 'react'

/** Why a press came to nothing, from then until it would do something: a key has no tooltip that says so. */
export function useBarredPress<Reason>(barred: Reason | undefined): {
  said: Reason | undefined
  pressed: () => void
} {
  const [pressed, setPressed] = useState(false)
  if (pressed && barred === undefined) setPressed(false)
  return { said: pressed ? barred : undefined, pressed: () => setPressed(barred !== undefined) }
}
