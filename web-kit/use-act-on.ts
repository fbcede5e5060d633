import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { useNavigate } from '@tanstack/react-router'
import { refPath } from './paths.ts'

/** Leads to another record with the sheet of one of its actions open. */
export function useActOn(): (of: EntityRef, action: string) => void {
  const navigate = useNavigate()
  return (of, action) => void navigate({ to: refPath(of), search: { act: action } as never })
}
