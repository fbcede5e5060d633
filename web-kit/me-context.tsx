import type { Me } from '@countersign/sdk/wire/me.ts'
import { createContext, type ReactNode, use } from 'react'

const MeContext = createContext<Me | null>(null)

export function MeProvider({ me, children }: { me: Me; children: ReactNode }) {
  return <MeContext value={me}>{children}</MeContext>
}

/** Who is signed in. */
export function useMe(): Me {
  const me = use(MeContext)
  if (me === null) throw new Error('useMe needs a MeProvider above it.')
  return me
}

/** The id of whoever is signed in; null where nobody is, or nobody is known yet. */
export function usePersonId(): string | null {
  return use(MeContext)?.person.id ?? null
}
