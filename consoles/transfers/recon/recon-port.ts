import type { Delivery } from '@countersign/kernel/actions/define-action.ts'
import type { ListQuery, ListReading, Reading } from '@countersign/kernel/entities/define-entity.ts'
import type { WireMoney } from '@countersign/kernel/money/money.ts'
import type { CtsWrite, StagedFileReading } from '../cts/cts-port.ts'
import type { ReconException, Statement } from '../exception/exception.ts'
import type { Partner } from '../exception/partner.ts'

/** A change of an exception that somebody asked for. */
export type ExceptionChange = { readonly by: string; readonly reason: string } & (
  | {
      readonly verb: 'assign'
      readonly parts: readonly { readonly id: string; readonly amount: WireMoney }[]
    }
  | { readonly verb: 'assign-best'; readonly at_least: number }
  | { readonly verb: 'write-off'; readonly account: string }
  | { readonly verb: 'unassign' | 'reverse-write-off' }
)

/** Reconciliation: bank statements matched with postings; what is left over is an exception. */
export type Recon = {
  /** `partners`: ids of transfers and postings that are to be read with it. */
  readonly exception: (
    id: string,
    signal?: AbortSignal,
    partners?: readonly string[],
  ) => Promise<Reading<ReconException>>
  /** What is open and fits what was typed: an id, an amount, the beginning of a reference. */
  readonly findPartners: (
    id: string,
    typed: string,
    signal?: AbortSignal,
  ) => Promise<Reading<readonly Partner[]>>
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
  readonly changeException: (id: string, change: ExceptionChange, write: CtsWrite) => Promise<Delivery>
  readonly operation: (key: string, signal: AbortSignal) => Promise<Delivery>
  /** For how long it remembers a key, in ms; undefined where it cannot be asked now. */
  readonly keyRetentionMs: (signal: AbortSignal) => Promise<number | undefined>
}
