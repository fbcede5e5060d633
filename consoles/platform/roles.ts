import type { RoleDeclaration } from '@countersign/kernel/access/access.ts'

/** Operations of the platform, without financial authority. MERCHANT never enters. */
export const platformRoles: readonly RoleDeclaration[] = [
  {
    ...{ role: 'platform/PLATFORM_ADMIN', title: 'Platform administrator', side: 'platform' as const },
    ...{ breaksGlass: true as const, keepsOne: true as const },
  },
  { role: 'platform/OPS_ADMIN', title: 'Operations administrator', side: 'platform' },
  { role: 'platform/MERCHANT', title: 'Merchant' },
  // CRITICAL: P-11, FINANCE_ADMIN is let in for hours alone, by two people, and reads.
  {
    ...{ role: 'platform/finance_reader', title: 'Finance, reading for a time' },
    lent: { to: 'treasury/FINANCE_ADMIN', maxHours: 8 },
  },
]
