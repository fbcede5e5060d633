import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { paths } from './paths.ts'
import type { QueueList } from './queries.ts'

/** A link to the records of a kind, narrowed as said. */
export function ListLink({ kind, list, children }: { kind: string; list?: QueueList; children: ReactNode }) {
  return (
    <Link to={paths.list(kind)} search={list ?? {}}>
      {children}
    </Link>
  )
}
