import { type Access, makeAccess } from '@countersign/kernel/access/access.ts'
import { withDeciders } from '@countersign/kernel/access/with-deciders.ts'
import { type MountedConsole, permissionsOf } from '@countersign/kernel/console.ts'
import { composeConsoles } from './consoles.ts'
import { roles } from './roles.ts'

/** Declarations are read here, and no upstream is called. */
const NOWHERE = { url: 'http://127.0.0.1:9', key: 'none' }

/** What the consoles of this installation declare, for commands and documents that read the declarations alone. */
export function declaredConsoles(): { consoles: readonly MountedConsole[]; access: Access } {
  const upstreams = { cts: NOWHERE, ledger: NOWHERE, recon: NOWHERE, compliance: NOWHERE }
  const { consoles } = composeConsoles(upstreams, undefined)
  const access = makeAccess({
    roles,
    permissions: permissionsOf(consoles),
    policies: Object.fromEntries(consoles.flatMap((console) => Object.entries(console.policies))),
  })
  return { consoles: withDeciders(consoles, access), access }
}
