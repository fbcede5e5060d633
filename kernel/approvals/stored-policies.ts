import type pg from 'pg'
import type { BoundAction } from '../console.ts'
import {
  type ApprovalPolicies,
  type ApprovalPolicy,
  type ApprovalPolicyRule,
  declaredPolicy,
  withDeclared,
} from './approval-policy.ts'
import { policyStream } from './approval-policy-entity.ts'

/**
 * The policy in force: what people have set last, and for actions that their rules leave out, what the actions declare.
 * Read from the stream itself, not from a projection, so that it is never behind.
 */
export function storedPolicies(pool: pg.Pool, actions: readonly BoundAction[]): ApprovalPolicies {
  // Most consoles keep what they declare; that needs no hashing anew on each request.
  const declared = new Map<string, ApprovalPolicy>()
  const withRules: ApprovalPolicies['withRules'] = (console, rules) => {
    const known = rules === null ? declared.get(console) : undefined
    if (known) return known
    const own = actions.filter((action) => action.console === console)
    const policy = withDeclared(rules ?? [], declaredPolicy(own).rules)
    if (rules === null) declared.set(console, policy)
    return policy
  }
  return {
    withRules,
    async current(console) {
      const { rows } = await pool.query<{ rules: ApprovalPolicyRule[] }>({
        name: 'current-approval-policy',
        text: `SELECT payload -> 'rules' AS rules FROM kernel.event WHERE stream = $1 ORDER BY version DESC LIMIT 1`,
        values: [policyStream(console)],
      })
      return withRules(console, rows[0]?.rules ?? null)
    },
  }
}
