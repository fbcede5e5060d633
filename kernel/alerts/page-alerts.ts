import { auditOf } from '../actions/audit-parts.ts'
import type { Kernel } from '../kernel.ts'
import { type AlertFacts, type AlertKind, reachesOutsideHours } from './alert-kind.ts'
import { alertKindOf } from './alert-kind-of.ts'
import { peopleWithRoles, rolesOfConsole, rolesTold, storedRoster } from './people-on-call.ts'
import { ladder } from './roster.ts'
import type { AlertChannels } from './send-alert.ts'

const DUE_MAX = 50
/** Nobody is on duty: it is looked again this often whether somebody is. */
const DUTY_RECHECK_MS = 300_000
/** Somebody who has not answered this many times is not there. It stays on the list. */
const PAGES_MAX = 20

type DueAlert = {
  readonly alert_id: string
  readonly kind: string
  readonly audience: string
  readonly facts: AlertFacts
  /** How often somebody was told. */
  readonly pages: number
  /** By a person. */
  readonly escalated: boolean
}

/**
 * Puts down who is told of what is due: a delivery for each person and channel, an event and an audit entry, in one
 * transaction. Any number of processes may do so at a time; one of them counts.
 *
 * @param kernel with the dispatcher's pool
 */
export async function pageOnce(kernel: Kernel, channels: AlertChannels): Promise<void> {
  const { rows } = await kernel.pool.query<DueAlert>(
    'SELECT alert_id, kind, audience, facts, pages, escalated FROM kernel.due_alerts($1)',
    [DUE_MAX],
  )
  for (const due of rows) await pageAlert(kernel, channels, due)
}

async function pageAlert(kernel: Kernel, channels: AlertChannels, due: DueAlert): Promise<void> {
  const kind = alertKindOf(kernel, due.kind)
  const step = await nextStep(kernel, kind, due)
  const people = channels.email ? await withAddress(kernel, step.people) : []
  const deliveries =
    step.next === 'later'
      ? []
      : [
          ...people.map((recipient) => ({ channel: 'email', recipient })),
          ...(channels.webhook && step.next !== 'never'
            ? [{ channel: 'webhook', recipient: 'webhook' }]
            : []),
        ]
  const used = [...new Set(deliveries.map(({ channel }) => channel))]
  // That nobody could be told is put down once, not each time it is tried again.
  const counts = deliveries.length > 0 || (step.next === 'go_on' && due.pages === 0)
  await kernel.pool.query('SELECT kernel.page_alert($1)', [
    {
      alert_id: due.alert_id,
      pages: due.pages,
      counts,
      next_in_ms: nextInMs(kind, step.next, due.pages),
      people,
      channels: used,
      deliveries,
      audit: counts
        ? auditOf(kernel, {
            kind: 'system',
            actor: { id: 'system:alerts', roles: [] },
            action: 'kernel.alert.page',
            target: { kind: 'alert', id: due.alert_id },
            outcome: deliveries.length > 0 ? 'paged' : 'nobody_reached',
            detail: { page: due.pages + 1, people, channels: used },
          })
        : [],
    },
  ])
}

type Step = {
  readonly people: readonly string[]
  /** `later`: nobody is on duty. `never`: this kind is only shown, or everybody has been told. */
  readonly next: 'go_on' | 'later' | 'never'
}

function nextInMs({ escalateAfterS }: AlertKind, next: Step['next'], pages: number): number | null {
  if (next === 'never' || pages + 1 >= PAGES_MAX) return null
  return next === 'later' ? DUTY_RECHECK_MS : escalateAfterS * 1_000
}

/** Who is next: those that the kind names, all at once; then one step after the other on the roster. */
async function nextStep(kernel: Kernel, kind: AlertKind, due: DueAlert): Promise<Step> {
  if (kind.page.to === 'nobody') return { people: [], next: 'never' }
  // Whoever caused it knows of it.
  const named = (await namedPeople(kernel, kind, due)).filter((person) => person !== due.facts.by)
  if (named.length > 0 && due.pages === 0) return { people: named, next: 'go_on' }

  const nth = due.pages - (named.length > 0 ? 1 : 0)
  const outside = due.escalated || reachesOutsideHours(kind)
  const ladders = await Promise.all(
    consolesOf(kernel, due.audience).map((console) => ladderOf(kernel, console, outside)),
  )
  const length = Math.max(0, ...ladders.map((steps) => steps.length))
  const onStep = ladders.flatMap((steps) => steps[nth] ?? [])
  if (nth < length) return { people: [...new Set(onStep)], next: 'go_on' }
  // Everybody has been told, and nobody has answered: everybody again, where it matters enough.
  if (outside) return { people: [...new Set([...named, ...ladders.flat()])], next: 'go_on' }
  return { people: [], next: length === 0 ? 'later' : 'never' }
}

async function namedPeople(
  kernel: Kernel,
  kind: AlertKind,
  { facts, audience }: DueAlert,
): Promise<string[]> {
  const requester = kind.page.to === 'requester' ? await activePerson(kernel, facts.requester) : undefined
  if (requester !== undefined) return [requester]
  const roles = rolesTold(kernel, kind, audience, facts)
  return roles.length === 0 ? [] : peopleWithRoles(kernel.pool, roles)
}

async function activePerson(kernel: Kernel, id: unknown): Promise<string | undefined> {
  const { rows } = await kernel.pool.query<{ person_id: string }>(
    `SELECT person_id FROM kernel.person
      WHERE person_id = $1 AND kind = 'person' AND disabled_at IS NULL
        AND cardinality(kernel.current_roles(person_id)) > 0`,
    [String(id)],
  )
  return rows[0]?.person_id
}

/** What concerns all is for every console's people. */
function consolesOf(kernel: Kernel, audience: string): string[] {
  const names = kernel.consoles.map(({ name }) => name).filter((name) => name !== 'kernel')
  return names.includes(audience) ? [audience] : names
}

/** While nobody has set a roster, those who may set one stand for it. */
async function ladderOf(kernel: Kernel, console: string, outside: boolean): Promise<readonly string[]> {
  const entries = await storedRoster(kernel.pool, console)
  if (entries.length > 0) return ladder(entries, kernel.now(), outside)
  const own = rolesOfConsole(kernel, console)
  const setters = kernel.access.rolesFor('kernel.change_roster').filter((role) => own.includes(role))
  return setters.length === 0 ? [] : peopleWithRoles(kernel.pool, setters)
}

async function withAddress(kernel: Kernel, people: readonly string[]): Promise<string[]> {
  if (people.length === 0) return []
  const { rows } = await kernel.pool.query<{ person_id: string }>(
    `SELECT person_id FROM kernel.person WHERE person_id = ANY ($1) AND email IS NOT NULL AND disabled_at IS NULL`,
    [people],
  )
  const reachable = new Set(rows.map(({ person_id }) => person_id))
  return people.filter((person) => reachable.has(person))
}
