import type { RoleDeclaration } from '@countersign/kernel/access/access.ts'

/** Payout operations with financial authority. */
export const treasuryRoles: readonly RoleDeclaration[] = [
  { role: 'treasury/pay_admin', title: 'Payments administrator', side: 'money' },
  { role: 'treasury/finance_ops', title: 'Finance operations', side: 'money' },
  { role: 'treasury/ops', title: 'Payout operations', side: 'money' },
  { role: 'treasury/FINANCE_ADMIN', title: 'Finance administrator', side: 'money', breaksGlass: true },
]
