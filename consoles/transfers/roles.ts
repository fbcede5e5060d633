import type { RoleDeclaration } from '@countersign/kernel/access/access.ts'

/** OPS works queues and requests returns; COMPLIANCE decides hits and freezes; ADMIN does both and approves. */
export const transfersRoles: readonly RoleDeclaration[] = [
  { role: 'transfers/OPS', title: 'Operations', side: 'money' },
  { role: 'transfers/COMPLIANCE', title: 'Compliance', side: 'money' },
  { role: 'transfers/ADMIN', title: 'Administrator', side: 'money', breaksGlass: true },
]
