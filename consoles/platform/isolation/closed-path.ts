import type { ClosedPath } from '@countersign/kernel/console.ts'
import { pathSegments } from '@countersign/kernel/http/path-segments.ts'
import { say } from '@countersign/kernel/languages/say.ts'

/**
 * P-11: what a route segment may not name where operations work, as the contract lists it. A segment that only holds one of them
 * (`settlements`, `x-ledgerbook`) is closed too, on purpose: here a door shut too many costs nothing, one too few costs the claim.
 * `accounting-period` and `ledger-lock` follow from `accounting` and `ledger`; they stand here so that the list is the contract's.
 */
const FINANCE_WORDS = [
  'settlement',
  'ledger',
  'accounting-period',
  'reconciliation',
  'financial-report',
  'money-movement',
  'override-approval',
  'accounting',
  'ledger-lock',
] as const

const READING_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Paths at which this console has nothing, on purpose. Routes that are there are not asked about: their permission decides, and the value
 * of a parameter (`/system-config/settlement_timing`) names no route.
 *
 * CRITICAL: P-11, operations have no financial authority. An auditor must be able to conclude: operations cannot influence money movement.
 */
export function closedPath(method: string, url: string): ClosedPath | undefined {
  const { written, followed } = pathSegments(url)
  const within = (...place: string[]) =>
    [written, followed].some((segments) => place.every((segment, at) => segments[at] === segment))
  const names = written.some((segment) => {
    const word = segment.replace(/[\s_.]+/g, '-')
    return FINANCE_WORDS.some((finance) => word.includes(finance))
  })
  if (names && within('api', 'ops')) {
    return {
      name: 'platform.finance_operations',
      movesMoney: true,
      code: 'finance_not_allowed',
      message: say`Finance operations not allowed in Ops Console. Operations cannot influence money movement. Contact Finance Admin.`,
      note: say`This attempt has been logged for security review.`,
    }
  }
  // FORBIDDEN: P-11, ledger, settlements and accounting periods are of FINANCE_ADMIN, in the treasury console.
  if (names && within('api')) {
    return {
      name: 'platform.finance_routes',
      movesMoney: true,
      code: 'finance_role_required',
      message: say`FINANCE_ADMIN role required. Operations cannot influence money movement.`,
      note: say`This attempt has been logged for security review.`,
    }
  }
  // P-03: no edit, no refund, no settlement action; a refund is the merchant's own to make.
  if (within('api', 'ops', 'transactions') && !READING_METHODS.has(method)) {
    return {
      name: 'platform.change_transaction',
      movesMoney: true,
      code: 'read_only',
      message: say`Transaction monitoring is read-only: Ops Console cannot modify transactions. Merchants initiate refunds via their dashboard.`,
      note: say`This attempt has been logged for security review.`,
    }
  }
  return undefined
}
