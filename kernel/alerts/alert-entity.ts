import type { ReadContext } from '../actions/define-action.ts'
import { defineEntity, type EntityType, localEntity } from '../entities/define-entity.ts'
import type { Kernel } from '../kernel.ts'
import { type Said, say, type Text } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { type AlertFacts, type AlertKind, alertTitle } from './alert-kind.ts'
import { alertKindOf } from './alert-kind-of.ts'
import { alertNames } from './alert-names.ts'
import { namesOf, rolesOfConsole, rolesTold } from './people-on-call.ts'

/** An alert as its events tell it. */
export type Alert = {
  readonly id: string
  readonly kind: AlertKind
  readonly facts: AlertFacts
  readonly lasting: boolean
  /** The roles whose people answer it; null: everybody's. */
  readonly answeredBy: readonly string[] | null
  /**
   * Of what one person did alone, and of what tells of people: the accounts of whoever it is about, and the roles of those
   * whose word on it counts.
   */
  readonly act: { readonly by: readonly string[]; readonly judgedBy: readonly string[] } | null
  readonly state: 'open' | 'acknowledged' | 'resolved'
  readonly acknowledgedBy: string | null
  /** What those who see to it or were told are called, by id. */
  readonly names: Readonly<Record<string, string>>
  /** In words, with those it tells of by name. */
  readonly title: Text
  /** The record that it is about, by name; null: none is known. */
  readonly about: Text | null
  /** RFC 3339; it may be over. */
  readonly silencedUntil: string | null
  /** Who was told, and how, one member a time. */
  readonly pages: readonly { readonly people: readonly string[]; readonly channels: readonly string[] }[]
}

export const ALERT_ACKNOWLEDGED = 'kernel.alert.acknowledged'
export const ALERT_SILENCED = 'kernel.alert.silenced'
export const ALERT_ESCALATED = 'kernel.alert.escalated'

export function alertStream(id: string): string {
  return `kernel.alert/${id}`
}

/** `transfers.0197…` is for the people of transfers. */
export function audienceOf(id: string): string {
  return id.slice(0, id.indexOf('.'))
}

type Stored = Omit<Alert, 'kind'> & { readonly kind: string }

const stored = localEntity<Stored>({
  kind: 'alert',
  console: 'kernel',
  stream: alertStream,
  initial: (id) => ({
    id,
    kind: '',
    facts: {},
    lasting: true,
    answeredBy: null,
    act: null,
    state: 'open',
    acknowledgedBy: null,
    names: {},
    title: '',
    about: null,
    silencedUntil: null,
    pages: [],
  }),
  evolve(alert, { type, payload }) {
    switch (type) {
      case 'kernel.alert.raised':
        return {
          ...alert,
          kind: String(payload.kind),
          facts: payload.facts as AlertFacts,
          lasting: payload.lasting === true,
          silencedUntil: (payload.silenced_until as string | undefined) ?? null,
        }
      case 'kernel.alert.paged':
        return {
          ...alert,
          pages: [
            ...alert.pages,
            { people: payload.people as string[], channels: payload.channels as string[] },
          ],
        }
      case ALERT_ACKNOWLEDGED:
        return {
          ...alert,
          state: alert.lasting ? 'acknowledged' : 'resolved',
          acknowledgedBy: String(payload.by),
        }
      case ALERT_SILENCED:
        return { ...alert, silencedUntil: String(payload.until) }
      case ALERT_ESCALATED:
        return { ...alert, state: 'open', acknowledgedBy: null, silencedUntil: null }
      case 'kernel.alert.resolved':
        return { ...alert, state: 'resolved' }
      default:
        throw new Error(`an alert has no event ${type}`)
    }
  },
  present: () => ({ title: '', state: '', data: {} }),
})

/** Known by its audience and a number of its own. */
export const alert: EntityType<Alert, unknown> = {
  kind: 'alert',
  console: 'kernel',
  consoleOf: audienceOf,
  async read(id, upstreams, context) {
    const reading = await stored.read(id, upstreams, context)
    if (reading.status !== 'found') return reading
    if (reading.version === '0') return { status: 'missing' }
    const { kind: name, facts, acknowledgedBy, pages } = reading.state
    const people = [
      ...(acknowledgedBy === null ? [] : [acknowledgedBy]),
      ...pages.flatMap((page) => page.people),
    ]
    const kind = context.ask((kernel) => alertKindOf(kernel, name))
    const called = await context.ask((kernel) => alertNames(kernel, [facts]))
    const state = {
      ...reading.state,
      kind,
      title: alertTitle(kind, facts, called),
      about: called.targets.get(String(facts.subject_id)) ?? null,
      answeredBy: answeredBy(audienceOf(id), context),
      names: await context.ask(({ pool }) => namesOf(pool, people)),
      act: await context.ask((kernel) => actOf(kernel, id, kind, facts)),
    }
    return { ...reading, state }
  },
  present(state) {
    const { kind, facts } = state
    const people = [...new Set(state.pages.flatMap((page) => page.people))]
    const channels = [...new Set(state.pages.flatMap((page) => page.channels))]
    return {
      title: state.title,
      state: state.state,
      data: {
        kind: kind.name,
        severity: kind.severity,
        runbook: kind.runbook,
        facts: facts as Json,
        acknowledged_by: state.acknowledgedBy,
        acknowledged_by_name: seenToBy(state),
        silenced_until: state.silencedUntil,
        told: people,
        told_names: people.map((id) => state.names[id] ?? id),
        told_channels: channels,
      },
      banners:
        state.state === 'open' && state.pages.length > 0 && people.length + channels.length === 0
          ? [
              {
                tone: 'warning',
                text: say`Nobody could be told of it: nobody with an address is on call, or neither e-mail nor a webhook is configured.`,
              },
            ]
          : [],
      related:
        typeof facts.subject_kind === 'string' && typeof facts.subject_id === 'string'
          ? [
              {
                kind: facts.subject_kind,
                id: facts.subject_id,
                title: subjectTitle(state),
                relation: say`is about`,
              },
            ]
          : [],
    }
  },
}

export const alertEntity = defineEntity(alert)

/** What it is about by name: a request by what it is for, any other record by its id, which is what it is called. */
function subjectTitle({ kind, facts, about }: Alert): Text {
  const action = typeof facts.action === 'string' ? kind.titleOf?.('action', facts.action) : undefined
  if (action === undefined) return `${facts.subject_kind} ${facts.subject_id}`
  return about === null ? action : say`${action}: ${about}`
}

/** Who sees to it, by name where that is known. */
export function seenToBy({ acknowledgedBy, names }: Pick<Alert, 'acknowledgedBy' | 'names'>): string | null {
  return acknowledgedBy === null ? null : (names[acknowledgedBy] ?? acknowledgedBy)
}

function answeredBy(audience: string, context: ReadContext): readonly string[] | null {
  if (audience === 'kernel') return null
  return context.ask((kernel) =>
    audience === 'audit' ? kernel.access.rolesFor('security:read') : rolesOfConsole(kernel, audience),
  )
}

async function actOf(kernel: Kernel, id: string, kind: AlertKind, facts: AlertFacts): Promise<Alert['act']> {
  const audience = audienceOf(id)
  const { rows } = await kernel.pool.query<{ accounts: string[] }>(
    `SELECT coalesce(array_agg(DISTINCT account), '{}') AS accounts
       FROM (SELECT $1::text AS person_id WHERE $1 IS NOT NULL
              UNION SELECT unnest(about) FROM kernel.alert WHERE alert_id = $2) involved,
            unnest(kernel.accounts_of(involved.person_id)) AS account`,
    [facts.by ?? null, id],
  )
  const accounts = rows[0]?.accounts ?? []
  if (accounts.length === 0) return null
  const told = rolesTold(kernel, kind, audience, facts)
  return { by: accounts, judgedBy: told.length > 0 ? told : rolesOfConsole(kernel, audience) }
}

/**
 * Why this person cannot see to an alert of what somebody did alone, or of what they are part of, or silence it (K-20);
 * undefined where they can. Those who are asked about it would not hear of it.
 */
export function ownAct(
  { act }: Pick<Alert, 'act'>,
  actor: { readonly id: string; readonly roles: readonly string[] },
): Said | undefined {
  if (act === null) return undefined
  if (act.by.includes(actor.id))
    return say`It is about you, or about what you did: somebody else has to see to it.`
  if (actor.roles.some((role) => act.judgedBy.includes(role))) return undefined
  return say`It is seen to by those who may answer it: ${act.judgedBy.join(' or ')}.`
}

/** Why this person's word does not count here; undefined where it does. */
export function notTheirs(
  { id, answeredBy }: Pick<Alert, 'id' | 'answeredBy'>,
  actor: { readonly roles: readonly string[] },
): Said | undefined {
  if (answeredBy === null || actor.roles.some((role) => answeredBy.includes(role))) return undefined
  const audience = audienceOf(id)
  return audience === 'audit'
    ? say`Security events are seen to by administrators and auditors.`
    : say`Alerts of ${audience} are seen to by its own people.`
}
