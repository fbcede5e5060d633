import type { Delivery } from '@countersign/kernel/actions/define-action.ts'
import type { ListQuery, ListReading, Reading } from '@countersign/kernel/entities/define-entity.ts'
import type { CtsWrite } from '../cts/cts-port.ts'
import type { Hit } from '../hit/hit.ts'
import type { Party } from '../party/party.ts'

/** The system of record for parties, hits and freezes; it tells CTS of a freeze itself. */
export type Compliance = {
  readonly party: (id: string, signal?: AbortSignal) => Promise<Reading<Party>>
  readonly hit: (id: string, signal?: AbortSignal) => Promise<Reading<Hit>>
  readonly parties: (query: ListQuery, signal?: AbortSignal) => Promise<ListReading<Party>>
  readonly hits: (query: ListQuery, signal?: AbortSignal) => Promise<ListReading<Hit>>
  readonly freeze: (
    partyId: string,
    request: { readonly reason: string; readonly hit_id?: string },
    write: CtsWrite,
  ) => Promise<Delivery>
  /** A hit of its own was not who is listed. */
  readonly clearHit: (id: string, request: { readonly reason: string }, write: CtsWrite) => Promise<Delivery>
  /** A hit of its own was who is listed, and is frozen already. */
  readonly confirmHit: (
    id: string,
    request: { readonly reason: string },
    write: CtsWrite,
  ) => Promise<Delivery>
  readonly unfreeze: (
    partyId: string,
    request: { readonly reason: string; readonly override_hit_id?: string },
    write: CtsWrite,
  ) => Promise<Delivery>
  readonly operation: (key: string, signal: AbortSignal) => Promise<Delivery>
  /** For how long it remembers a key, in ms; undefined where it cannot be asked now. */
  readonly keyRetentionMs: (signal: AbortSignal) => Promise<number | undefined>
}
