import type pg from 'pg'
import type { Access } from './access/access.ts'
import type { AlertKind } from './alerts/alert-kind.ts'
import type { ApprovalPolicies } from './approvals/approval-policy.ts'
import type { BoundAction, BoundEntity, MountedConsole } from './console.ts'
import type { Teller } from './languages/make-teller.ts'
import type { Sealer } from './personal-data/sealing.ts'
import type { Queue } from './queues/define-queue.ts'

/** What the kernel's functions work with: made once by the composition root and passed along. */
export type Kernel = {
  /** As `countersign_app`. */
  readonly pool: pg.Pool
  /** As `countersign_auditor`: the server reads the log with it; a worker has none. */
  readonly auditor: pg.Pool | undefined
  readonly access: Access
  readonly policies: ApprovalPolicies
  readonly sealer: Sealer
  readonly consoles: readonly MountedConsole[]
  readonly actions: ReadonlyMap<string, BoundAction>
  readonly entities: ReadonlyMap<string, BoundEntity>
  readonly queues: ReadonlyMap<string, Queue>
  readonly alertKinds: ReadonlyMap<string, AlertKind>
  /** Every sentence of its consoles, in each language. */
  readonly teller: Teller
  /** Told of every request that this process has moved, once that is committed. */
  readonly observeMove: (moved: { readonly action: string; readonly state: string }) => void
  /** The process's clock; the database's own decides on expiry. */
  readonly now: () => Date
}
