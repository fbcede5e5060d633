import type { ClosedPath } from '@countersign/kernel/console.ts'
import { pathSegments } from '@countersign/kernel/http/path-segments.ts'
import { say } from '@countersign/kernel/languages/say.ts'

/** The doors of finance, which lie below `/api`. */
const FINANCE_DOORS = ['ledger', 'settlements', 'accounting-periods'] as const

/**
 * The doors of finance however they are written, by whatever method. Where one is met as it is declared its permission decides; this is
 * asked where none is, so that a way of writing that meets nothing is refused and looked into like the plain one (P-11).
 */
export function closedToOthers(_method: string, url: string): ClosedPath | undefined {
  const { written, followed } = pathSegments(url)
  const names = [written, followed].some(([first, second]) => {
    return first === 'api' && FINANCE_DOORS.some((door) => second === door)
  })
  if (!names) return undefined
  return {
    name: 'treasury.finance_routes',
    movesMoney: true,
    code: 'finance_role_required',
    message: say`FINANCE_ADMIN role required`,
    note: say`This attempt has been logged for security review.`,
    unless: 'treasury:read',
  }
}
