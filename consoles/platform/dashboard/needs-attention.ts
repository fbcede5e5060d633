import { REQUEST_COLUMNS, type RequestRecord } from '@countersign/kernel/actions/request-record.ts'
import { requestResource } from '@countersign/kernel/actions/request-resource.ts'
import { visibleTypes } from '@countersign/kernel/actions/visible-requests.ts'
import { listEntries } from '@countersign/kernel/audit/audit-query.ts'
import { scopeOfConsole } from '@countersign/kernel/audit/scope-of-console.ts'
import type { ListReading } from '@countersign/kernel/entities/define-entity.ts'
import type { Principal } from '@countersign/kernel/identity/principal.ts'
import type { Kernel } from '@countersign/kernel/kernel.ts'
import type { Text } from '@countersign/kernel/languages/say.ts'
import { type Gateway, overrideInForce } from '../gateway/gateway.ts'
import { breakerOnDoor } from '../gateway/gateway-on-door.ts'
import type { Upstreams } from '../upstreams.ts'

const READ_TIMEOUT_MS = 4_000
const DAY_MS = 24 * 3_600_000
const CHANGES_MS = 7 * DAY_MS
/** What an upstream is asked for at once; a count beyond that is said to be more. */
const READ_MAX = 200
const SHOWN_MAX = 8

/** A part of the dashboard whose system of record cannot be read: the others stand all the same. */
type Unreadable = { readonly state: 'unreadable'; readonly source: string; readonly why: Text }

/**
 * P-10, what needs attention now. Each part is read where it lives, at the time of `as_of`; nothing is kept for it.
 *
 * @param principal whose approvals and whose view of requests it is
 */
export async function needsAttention(
  kernel: Kernel,
  { merchants, gateways, edge }: Upstreams,
  principal: Principal,
): Promise<Readonly<Record<string, unknown>>> {
  const now = kernel.now()
  const signal = AbortSignal.timeout(READ_TIMEOUT_MS)
  const dayAgo = new Date(now.getTime() - DAY_MS)
  const [routing, suspended, refused, approvals, security, changes] = await Promise.all([
    gateways.gateways({ limit: READ_MAX, filters: {} }, signal),
    merchants.merchants({ limit: READ_MAX, filters: { state: 'suspended' } }, signal),
    edge.refusals({ from: dayAgo, to: now }, signal),
    approvalsWaiting(kernel, principal),
    securityEvents(kernel, dayAgo),
    recentChanges(kernel, principal, new Date(now.getTime() - CHANGES_MS)),
  ])
  return {
    as_of: now.toISOString(),
    gateways: known(routing, (records) => {
      const troubled = records.filter((gateway) => isTroubled(gateway, now))
      return {
        total: records.length,
        needing_attention: troubled.map((gateway) => ({
          ...{ id: gateway.id, name: gateway.name, status: gateway.status, since: gateway.status_since },
          status_reason: gateway.status_reason ?? null,
          breaker: breakerOnDoor(gateway),
          override: overrideOf(gateway, records, now),
        })),
      }
    }),
    merchants: known(suspended, (records, more) => ({
      suspended: { count: records.length, more },
      newest: records
        .toSorted((a, b) => (b.suspended_since ?? '').localeCompare(a.suspended_since ?? ''))
        .slice(0, SHOWN_MAX)
        .map(({ id, name, suspended_since, suspend_reason }) => ({
          ...{ id, name, suspended_since: suspended_since ?? null, reason: suspend_reason ?? null },
        })),
    })),
    limits: limitsHit(refused),
    approvals,
    security_events: security,
    recent_changes: changes,
  }
}

/** With what the gateway is called where they go; its id where that is not listed. */
function overrideOf(gateway: Gateway, records: readonly Gateway[], now: Date) {
  const override = overrideInForce(gateway, now)
  if (override === undefined) return null
  return { ...override, to_name: records.find(({ id }) => id === override.to)?.name ?? override.to }
}

/** Not as it should be: not fully in service, its breaker not closed, or by hand led around. */
function isTroubled(gateway: Gateway, now: Date): boolean {
  return (
    gateway.status !== 'operational' ||
    gateway.breaker.state !== 'closed' ||
    overrideInForce(gateway, now) !== undefined
  )
}

function known<State, Part extends object>(
  reading: ListReading<State>,
  part: (records: readonly State[], more: boolean) => Part,
): ({ readonly state: 'known' } & Part) | Unreadable {
  switch (reading.status) {
    case 'found':
      return {
        state: 'known',
        ...part(
          reading.records.map(({ state }) => state),
          reading.nextCursor !== null,
        ),
      }
    case 'unreadable':
      return { state: 'unreadable', source: reading.source, why: reading.why }
    case 'no_such_cursor':
      throw new Error('a first page was asked for, and a place in a list refused')
    default:
      return reading satisfies never
  }
}

function limitsHit(reading: Awaited<ReturnType<Upstreams['edge']['refusals']>>) {
  if (reading.status === 'missing') throw new Error('the edge knows nothing of its own traffic')
  if (reading.status === 'unreadable') {
    return { state: 'unreadable' as const, source: reading.source, why: reading.why }
  }
  const { from, requests, refused, routes } = reading.value
  return {
    ...{ state: 'known' as const, since: from, requests, refused },
    most_refused: routes.slice(0, SHOWN_MAX).map(({ merchant_id = null, ...route }) => ({
      ...{ merchant_id, ...route },
    })),
  }
}

/** What waits for somebody of this console to agree to it, and how many of those wait for this person. */
async function approvalsWaiting(kernel: Kernel, principal: Principal) {
  const { rows } = await kernel.pool.query<{
    waiting: number
    yours: number
    oldest_at: string | null
    next_expires_at: string | null
  }>({
    name: 'platform-approvals-waiting',
    text: `SELECT count(*)::integer AS waiting,
                  count(*) FILTER (WHERE r.eligible_roles && $2 AND NOT q.requested_by = ANY (kernel.accounts_of($3)))::integer AS yours,
                  kernel.rfc3339(min(q.created_at)) AS oldest_at, kernel.rfc3339(min(r.expires_at)) AS next_expires_at
             FROM kernel.action_request q JOIN kernel.action_revision r USING (request_id, revision)
            WHERE q.state = 'pending' AND r.expires_at > clock_timestamp() AND r.eligible_roles && $1`,
    values: [rolesHere(kernel), [...principal.roles], principal.id],
  })
  return rows[0] ?? { waiting: 0, yours: 0, oldest_at: null, next_expires_at: null }
}

/** Of the console's own part of the log, by what they are, the newest of each with the entry that tells the rest. */
async function securityEvents(kernel: Kernel, since: Date) {
  const here = kernel.consoles.find(({ name }) => name === 'platform')
  if (kernel.auditor === undefined || here === undefined)
    throw new Error('a server reads the log of its console')
  const { items, next } = await listEntries(
    kernel.auditor,
    { kind: 'security', from: since },
    { limit: READ_MAX, scope: scopeOfConsole(here) },
  )
  const byKind = new Map<string, { readonly newest: (typeof items)[number]; count: number }>()
  for (const entry of items) {
    const event = entry.event_sub_type ?? entry.action ?? entry.kind
    const seen = byKind.get(event)
    if (seen) seen.count += 1
    else byKind.set(event, { newest: entry, count: 1 })
  }
  return {
    ...{ since: since.toISOString(), count: items.length, more: next !== undefined },
    by_kind: [...byKind].map(([event, { newest, count }]) => ({
      ...{ event, count, newest_at: newest.at, severity: newest.severity ?? null, entry: newest.id },
    })),
  }
}

/** What has been done here last, to people too, as far as this person may know of it: what, to what, by whom and why. */
async function recentChanges(kernel: Kernel, principal: Principal, since: Date) {
  const { rows } = await kernel.pool.query<RequestRecord>({
    name: 'platform-recent-changes',
    text: `SELECT ${REQUEST_COLUMNS} FROM kernel.action_request q
            WHERE q.state = 'executed' AND q.type = ANY ($1) AND q.created_at > $2
              AND (q.console = 'platform' OR q.target_kind = 'person' AND q.requested_roles && $4::text[])
            ORDER BY q.created_at DESC, q.request_id DESC LIMIT $3`,
    values: [visibleTypes(kernel, principal), since, SHOWN_MAX, rolesHere(kernel)],
  })
  const resources = await Promise.all(rows.map((record) => requestResource(kernel, record, principal)))
  return resources.map(({ id, type, title, target, requested_by, reason, state_at }) => ({
    ...{ id, type, title, target, requested_by, reason, at: state_at },
  }))
}

function rolesHere({ consoles }: Pick<Kernel, 'consoles'>): string[] {
  return consoles
    .filter(({ name }) => name === 'platform')
    .flatMap(({ roles }) => roles.map(({ role }) => role))
}
