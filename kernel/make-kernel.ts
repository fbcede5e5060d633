import type pg from 'pg'
import { makeAccess, type RoleDeclaration } from './access/access.ts'
import { withDeciders } from './access/with-deciders.ts'
import { storedPolicies } from './approvals/stored-policies.ts'
import { type BoundAction, type MountedConsole, permissionsOf } from './console.ts'
import type { Kernel } from './kernel.ts'
import { makeTeller } from './languages/make-teller.ts'
import { makeSealer } from './personal-data/sealing.ts'
import { checkOpened } from './reveal/check-opened.ts'

/**
 * Puts the kernel together from the consoles' declarations.
 *
 * @throws Error where two consoles declare the same thing, or policies do not fit the declarations
 */
export function makeKernel(options: {
  readonly pool: pg.Pool
  readonly auditor?: pg.Pool
  readonly consoles: readonly MountedConsole[]
  /** All roles there are, of consoles that are not installed here too. */
  readonly roles: readonly RoleDeclaration[]
  /** 32 bytes. */
  readonly sealingKey: Buffer
  readonly observeMove?: Kernel['observeMove']
  readonly now?: () => Date
}): Kernel {
  const { pool } = options
  const access = makeAccess({
    roles: options.roles,
    permissions: permissionsOf(options.consoles),
    policies: Object.fromEntries(options.consoles.flatMap((console) => Object.entries(console.policies))),
  })
  const consoles = withDeciders(options.consoles, access)
  const actions = consoles.flatMap((console) => console.actions)
  checkExclusions(actions)
  const entities = uniqueBy(
    consoles.flatMap((console) => console.entities),
    ({ kind }) => kind,
  )
  checkOpened(actions, entities)
  return {
    pool,
    auditor: options.auditor,
    access,
    policies: storedPolicies(pool, actions),
    sealer: makeSealer(pool, options.sealingKey),
    consoles,
    actions: uniqueBy(actions, ({ name }) => name),
    entities,
    queues: uniqueBy(
      consoles.flatMap((console) => console.queues),
      ({ name }) => name,
    ),
    alertKinds: uniqueBy(
      consoles.flatMap((console) => console.alerts ?? []),
      ({ name }) => name,
    ),
    teller: makeTeller(consoles.flatMap(({ texts }) => texts ?? [])),
    observeMove: options.observeMove ?? (() => undefined),
    now: options.now ?? (() => new Date()),
  }
}

/** A name that is no action's, or of another kind of record, would leave two that contradict one another unsaid. */
function checkExclusions(actions: readonly BoundAction[]): void {
  for (const { name, targetKind, excludes } of actions) {
    for (const other of excludes) {
      if (!actions.some((action) => action.name === other && action.targetKind === targetKind)) {
        throw new Error(`${name} excludes ${other}, which is no action on a ${targetKind}`)
      }
    }
  }
}

function uniqueBy<T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, T> {
  const map = new Map<string, T>()
  for (const item of items) {
    if (map.has(key(item))) throw new Error(`"${key(item)}" is declared twice`)
    map.set(key(item), item)
  }
  return map
}
