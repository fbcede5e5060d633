import { type Access, makeAccess } from '@countersign/kernel/access/access.ts'
import { withDeciders } from '@countersign/kernel/access/with-deciders.ts'
import { type MountedConsole, permissionsOf } from '@countersign/kernel/console.ts'
import { declarations } from './declarations.ts'
import { roles } from './roles.ts'

/** What the consoles of this installation declare, for commands and documents that read the declarations alone. */
export function declaredConsoles(): { consoles: readonly MountedConsole[]; access: Access } {
  const access = makeAccess({
    roles,
    permissions: permissionsOf(declarations),
    policies: Object.fromEntries(declarations.flatMap((console) => Object.entries(console.policies))),
  })
  return { consoles: withDeciders(declarations, access), access }
}
