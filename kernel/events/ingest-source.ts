import type { EntityRef } from '../entities/entity-ref.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import type { PersonalDataClass } from '../personal-data/sealing.ts'

/** A value of personal data in a mapped event; the kernel seals it before anything is written. */
export class Personal {
  readonly text: string
  readonly class: PersonalDataClass
  /** Whose key seals it. */
  readonly subject: EntityRef
  constructor(text: string, kind: PersonalDataClass, subject: EntityRef) {
    this.text = text
    this.class = kind
    this.subject = subject
  }
}

/** JSON in which personal data is marked. */
export type MarkedJson =
  | string
  | number
  | boolean
  | null
  | Personal
  | readonly MarkedJson[]
  | { readonly [name: string]: MarkedJson | undefined }

/** An upstream's event in our terms. */
export type MappedEvent = {
  /** The upstream's own id of the event: what makes a duplicate one. */
  readonly id: string
  readonly type: string
  readonly schemaVersion: number
  readonly stream: string
  readonly refs: readonly EntityRef[]
  readonly occurredAt: Date
  /** The idempotency key of the write that caused it, where the upstream says so. */
  readonly causedBy?: string
  readonly tenantId?: string
  readonly payload: { readonly [name: string]: MarkedJson | undefined }
}

export type IngestSource = {
  /** `POST /v1/ingest/{source}`. */
  readonly source: string
  /**
   * Checks one event and puts it in our terms; undefined where the event says nothing that we keep.
   * @throws Error (or a ZodError) on a malformed event: it goes to the dead letters with that message
   */
  readonly map: (event: Json) => MappedEvent | undefined
  /** The upstream's own history, for catching up on what a webhook lost. */
  readonly poll?: (
    after: number,
    signal: AbortSignal,
  ) => Promise<{ events: readonly Json[]; nextAfter: number }>
}
