import type { RoleDeclaration } from '@countersign/kernel/access/access.ts'

/** A consultant who looks after many tenants. */
export const hubRoles: readonly RoleDeclaration[] = [{ role: 'hub/OPERATOR', title: 'Operator' }]
