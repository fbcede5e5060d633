import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { useNavigate } from '@tanstack/react-router'
import { refPath, refToText } from './paths.ts'

/** Leads from one record to another, with the sheet of one of that one's actions open. */
export function useActOn(): (of: EntityRef, action: string, from: EntityRef) => void {
  const navigate = useNavigate()
  return (of, action, from) =>
    void navigate({ to: refPath(of), search: { act: action, from: refToText(from) } as never })
}
