import type { EntityRef } from '@countersign/sdk/wire.ts'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { refPath } from './paths.ts'

/** A link to what a reference names, whichever console it belongs to. */
export function EntityLink({ to, children }: { to: EntityRef; children?: ReactNode }) {
  return (
    <Link to={refPath(to)} className={children === undefined ? 'mono' : undefined}>
      {children ?? to.id}
    </Link>
  )
}
