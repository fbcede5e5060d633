import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useState } from 'react'

/** Ends the session here, then at the identity provider, which sends the browser back to the sign-in page. */
export function useSignOut(): { signOut: () => void; failed: boolean } {
  const client = useClient()
  const [failed, setFailed] = useState(false)
  return {
    failed,
    signOut() {
      client.signOut().then(
        ({ next }) => window.location.assign(next),
        () => setFailed(true),
      )
    },
  }
}
