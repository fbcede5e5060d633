import type { ApprovalPolicyRule } from '@countersign/kernel/approvals/approval-policy.ts'
import type { Client } from './product.ts'

/** A rule for returns: one administrator, unless the test says otherwise. */
export const returnRule = (more: Partial<ApprovalPolicyRule> = {}): ApprovalPolicyRule => ({
  action: 'transfers.return_transfer',
  required: 1,
  eligible_roles: ['transfers/ADMIN'],
  expires_in_s: 3600,
  ...more,
})

/** The rules of a console, the transfers one unless it is said, changed as they may be: one administrator asks, two other people agree. Nothing happens where they are these already. */
export async function changePolicy(
  { as }: { readonly as: (role: string, claims: { readonly sub: string }) => Promise<Client> },
  rules: readonly ApprovalPolicyRule[],
  breakGlass?: readonly string[],
  console = 'transfers',
): Promise<void> {
  const asking = await as('transfers/ADMIN', { sub: 'policy-asking' })
  const path = '/v1/actions/kernel.change_approval_policy'
  const change = {
    target: { kind: 'approval_policy', id: console },
    input: { rules, ...(breakGlass ? { break_glass: breakGlass } : {}) },
  }
  const preview = await asking.post(`${path}/preview`, change)
  if (preview.body.code === 'nothing_changed') return
  if (preview.status !== 200) throw new Error(`the preview was answered ${preview.status}: ${preview.text}`)
  const { preview_digest } = preview.body
  const asked = await asking.post(path, { ...change, reason: { code: 'limit_review' }, preview_digest })
  for (const sub of ['policy-agreeing', 'policy-agreeing-too']) {
    const by = await as('transfers/COMPLIANCE', { sub })
    const agreed = await by.post(`/v1/requests/${asked.body.id}/approve`, { digest: asked.body.digest })
    if (agreed.status !== 200) throw new Error(`agreeing was answered ${agreed.status}: ${agreed.text}`)
  }
}
