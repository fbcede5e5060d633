import type { RoleDeclaration } from '@countersign/kernel/access/access.ts'

/** Support agents refund, finance adjusts: this side moves money. */
export const marketplaceRoles: readonly RoleDeclaration[] = [
  { role: 'marketplace/support_agent', title: 'Support agent', side: 'money' },
  { role: 'marketplace/risk_agent', title: 'Risk agent', side: 'money' },
  { role: 'marketplace/finance_admin', title: 'Finance administrator', side: 'money' },
  { role: 'marketplace/catalog_admin', title: 'Catalog administrator', side: 'money' },
  { role: 'marketplace/super_admin', title: 'Super administrator', side: 'money', breaksGlass: true },
]
