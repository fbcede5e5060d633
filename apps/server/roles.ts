import { hubRoles } from '@countersign/hub/roles.ts'
import type { RoleDeclaration } from '@countersign/kernel/access/access.ts'
import { marketplaceRoles } from '@countersign/marketplace/roles.ts'
import { platformRoles } from '@countersign/platform/roles.ts'
import { treasuryRoles } from '@countersign/treasury/roles.ts'
import { declarations } from './declarations.ts'

/** Of the product's consoles, whether or not they are installed here. */
const KNOWN = [...platformRoles, ...hubRoles, ...treasuryRoles, ...marketplaceRoles]
const installed = declarations.flatMap((console) => console.roles)

/** Every role there is. Separation of duties counts them all. */
export const roles: readonly RoleDeclaration[] = [
  ...installed,
  ...KNOWN.filter(({ role }) => !installed.some((other) => other.role === role)),
]
