import type { RoleDeclaration } from './access.ts'

/** The auditor reads everything and changes nothing. */
export const kernelRoles: readonly RoleDeclaration[] = [{ role: 'kernel/auditor', title: 'Auditor' }]
