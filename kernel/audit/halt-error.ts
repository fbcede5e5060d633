import type { AuditHalt, AuditHaltCode } from './audit-halt.ts'
import { TileMissingError } from './database-tiles.ts'
import type { Checkpoint } from './signed-note.ts'
import { WitnessRefusalError } from './witness-directory.ts'

export const WHAT_TO_RESTORE =
  'Restore a backup that holds them; where there is none, two people declare them lost (`countersign audit recover`). ' +
  'Nothing is signed until then.'

/** What forbids signing. Whatever is not one of these is a failure to find out, and is tried again. */
export class HaltError extends Error {
  readonly code: AuditHaltCode
  /** The newest checkpoint of the witness, where it is not of this log any more. */
  readonly lost: Checkpoint | undefined
  constructor(code: AuditHaltCode, message: string, lost?: Checkpoint) {
    super(message)
    this.name = 'HaltError'
    this.code = code
    this.lost = lost
  }
}

export type Halt = Pick<AuditHalt, 'code' | 'message'> & { readonly lost?: Checkpoint }

export function haltFor(error: unknown): Halt | undefined {
  if (error instanceof HaltError) return { code: error.code, message: error.message, lost: error.lost }
  if (error instanceof TileMissingError) return { code: 'damaged', message: error.message }
  if (!(error instanceof WitnessRefusalError)) return undefined
  switch (error.code) {
    case 'rollback':
    case 'fork':
    case 'undeclared':
      return { code: error.code === 'rollback' ? 'rollback' : 'fork', message: error.message }
    case 'damaged':
    case 'not_this_log':
      return { code: 'witness_damaged', message: error.message }
    case 'stale':
      return undefined
  }
}
