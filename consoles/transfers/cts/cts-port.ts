import type { Delivery } from '@countersign/kernel/actions/define-action.ts'
import type { ListQuery, ListReading, Reading } from '@countersign/kernel/entities/define-entity.ts'
import type { z } from 'zod'
import type { AccountField, Transfer } from '../transfer/transfer.ts'
import type { stagedFileSchema } from './staged-file.ts'

export type CtsWrite = { readonly key: string; readonly ifMatch: string | null; readonly signal: AbortSignal }

/** The core transfer service (docs/connectors/upstream-contract.md). */
export type Cts = {
  readonly transfer: (id: string, signal?: AbortSignal) => Promise<Reading<Transfer>>
  readonly transfers: (query: ListQuery, signal?: AbortSignal) => Promise<ListReading<Transfer>>
  readonly returnTransfer: (
    id: string,
    request: { readonly case: 'book' | 'send_back'; readonly reason: string },
    write: CtsWrite,
  ) => Promise<Delivery>
  readonly dishonourReturn: (
    id: string,
    request: { readonly code: string; readonly incorrect_field?: string },
    write: CtsWrite,
  ) => Promise<Delivery>
  readonly contestDishonour: (
    id: string,
    request: { readonly code: string },
    write: CtsWrite,
  ) => Promise<Delivery>
  readonly acceptDishonour: (id: string, write: CtsWrite) => Promise<Delivery>
  readonly sendAgain: (
    id: string,
    request: {
      /** Of what is on file of the receiver's account; 0: nothing is. */
      readonly on_file_version: number
      readonly corrections?: Readonly<Partial<Record<AccountField, string>>>
      readonly authorised_again?: true
    },
    write: CtsWrite,
  ) => Promise<Delivery>
  readonly answerChange: (
    id: string,
    request: { readonly answer: 'correct' } | { readonly answer: 'refuse'; readonly code: string },
    write: CtsWrite,
  ) => Promise<Delivery>
  /** A staged file by the SHA-256 of its bytes. */
  readonly stagedFile: (sha256: string, signal?: AbortSignal) => Promise<StagedFileReading>
  readonly commitFile: (sha256: string, write: CtsWrite) => Promise<Delivery>
  readonly operation: (key: string, signal: AbortSignal) => Promise<Delivery>
  /** For how long it remembers a key, in ms; undefined where it cannot be asked now. */
  readonly keyRetentionMs: (signal: AbortSignal) => Promise<number | undefined>
}

export type StagedFile = z.output<typeof stagedFileSchema>
export type StagedFileReading = Reading<StagedFile>
