import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { Link } from '@tanstack/react-router'
import { createContext, type ReactNode, use } from 'react'
import { refPath } from './paths.ts'

const KindsContext = createContext<ReadonlySet<string>>(new Set())

/** Says which kinds of entity have a page. */
export function KnownKinds({ kinds, children }: { kinds: ReadonlySet<string>; children: ReactNode }) {
  return <KindsContext value={kinds}>{children}</KindsContext>
}

/** A link to what a reference names, whichever console it belongs to; plain where that has no page. */
export function EntityLink({ to, children }: { to: EntityRef; children?: ReactNode }) {
  const kinds = use(KindsContext)
  if (to.kind !== 'request' && !kinds.has(to.kind))
    return (
      children ?? (
        <code>
          <bdi>{to.id}</bdi>
        </code>
      )
    )
  return (
    <Link to={refPath(to)} className={children === undefined ? 'mono' : undefined}>
      <bdi>{children ?? to.id}</bdi>
    </Link>
  )
}
