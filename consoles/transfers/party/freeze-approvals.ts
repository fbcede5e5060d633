import type { ApprovalRule } from '@countersign/kernel/actions/define-action.ts'

/** Seed 000: four eyes for a freeze and for its release. */
export const freezeApprovals: ApprovalRule = {
  required: 1,
  eligibleRoles: ['transfers/COMPLIANCE', 'transfers/ADMIN'],
  expiresInS: 24 * 3600,
}
