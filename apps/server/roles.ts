import { hubRoles } from '@countersign/hub/roles.ts'
import type { RoleDeclaration } from '@countersign/kernel/access/access.ts'
import { kernelRoles } from '@countersign/kernel/access/kernel-roles.ts'
import { marketplaceRoles } from '@countersign/marketplace/roles.ts'
import { platformRoles } from '@countersign/platform/roles.ts'
import { transfersRoles } from '@countersign/transfers/roles.ts'
import { treasuryRoles } from '@countersign/treasury/roles.ts'

/** Every role there is. Separation of duties counts them all, whether or not their console is installed here. */
export const roles: readonly RoleDeclaration[] = [
  ...kernelRoles,
  ...transfersRoles,
  ...platformRoles,
  ...hubRoles,
  ...treasuryRoles,
  ...marketplaceRoles,
]
