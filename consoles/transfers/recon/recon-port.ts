import type { Delivery } from '@countersign/kernel/actions/define-action.ts'
import type { ListQuery, ListReading, Reading } from '@countersign/kernel/entities/define-entity.ts'
import type { CtsWrite, StagedFileReading } from '../cts/cts-port.ts'
import type { ReconException, Statement } from '../exception/exception.ts'

/** Reconciliation: bank statements matched with postings; what is left over is an exception. */
export type Recon = {
  readonly exception: (id: string, signal?: AbortSignal) => Promise<Reading<ReconException>>
  readonly statement: (id: string, signal?: AbortSignal) => Promise<Reading<Statement>>
  readonly exceptions: (query: ListQuery, signal?: AbortSignal) => Promise<ListReading<ReconException>>
  readonly statements: (query: ListQuery, signal?: AbortSignal) => Promise<ListReading<Statement>>
  readonly stagedFile: (sha256: string, signal?: AbortSignal) => Promise<StagedFileReading>
  readonly commitFile: (sha256: string, write: CtsWrite) => Promise<Delivery>
  readonly acknowledgeStatement: (
    id: string,
    request: { readonly reason: string },
    write: CtsWrite,
  ) => Promise<Delivery>
  readonly operation: (key: string, signal: AbortSignal) => Promise<Delivery>
  /** For how long it remembers a key, in ms; undefined where it cannot be asked now. */
  readonly keyRetentionMs: (signal: AbortSignal) => Promise<number | undefined>
}
