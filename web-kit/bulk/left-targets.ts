import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import type { Left } from '../action-sheet/drafts.ts'
import type { BulkTarget } from './bulk-sheet.tsx'

/** The records of a sheet over many that was left to sign in again; undefined where none was, or they are no records. */
export function leftTargets(left: Left<unknown> | undefined): BulkTarget[] | undefined {
  const targets = left?.records?.map((record): BulkTarget | undefined => {
    const ref = leftRef(record)
    return ref === undefined ? undefined : { ...ref, ...leftVersion(record) }
  })
  return targets?.every((target) => target !== undefined) ? targets : undefined
}

/** The kind and id of a record as this tab kept them. */
export function leftRef(value: unknown): EntityRef | undefined {
  const { kind, id } = (value ?? {}) as Partial<Record<keyof EntityRef, unknown>>
  return typeof kind === 'string' && typeof id === 'string' ? { kind, id } : undefined
}

/** The version in which a record was on the screen, where this tab kept one. */
export function leftVersion(value: unknown): { version?: string } {
  const { version } = (value ?? {}) as { version?: unknown }
  return typeof version === 'string' ? { version } : {}
}
