import type { Queryable } from '../audit/database-tiles.ts'
import { type Said, say, type Text } from '../languages/say.ts'
import type { AlertNames } from './alert-names.ts'

/** How much an alert matters; `high` and `critical` reach somebody whatever the hour. */
export type AlertSeverity = 'low' | 'medium' | 'high' | 'critical'

/**
 * Who is told first. `roster`: whoever is on call for the alert's console (for every console, where it concerns all).
 * `roles`: everybody who holds one of the roles that the alert names in `facts.roles`, at once. `permission`: everybody
 * who holds it, at once. `nobody`: it is shown in the console only.
 */
export type AlertPage =
  | { readonly to: 'roster' }
  | { readonly to: 'roles' }
  /** Who asked for it, by `facts.requester`; where they hold no role any more, as `roles`. */
  | { readonly to: 'requester' }
  | { readonly to: 'permission'; readonly permission: string }
  | { readonly to: 'nobody' }

/** Ids and codes, nothing personal. `subject_kind` and `subject_id` name the record concerned, where there is one. */
export type AlertFacts = Readonly<Record<string, string | number | readonly string[]>>

/** What may call for a person, declared once. */
export type AlertKind = {
  /** `console.word`. */
  readonly name: string
  readonly severity: AlertSeverity
  /** One sentence of its facts. */
  readonly title: (fact: (name: string) => Text) => Said
  readonly page: AlertPage
  /** After so long without an acknowledgement the next one is told. */
  readonly escalateAfterS: number
  /** The heading about it in docs/guide/alerts.md. */
  readonly runbook: string
  /**
   * Where it lasts and rows say whether it holds: what of it holds now, by key. Looked at every few seconds; what has ended is
   * resolved. Absent: whoever finds it out reports it.
   */
  readonly holds?: (
    database: Queryable,
  ) => Promise<readonly { readonly key: string; readonly facts: AlertFacts }[]>
  /** What a fact that names an action, a queue or an upstream is called; absent: as it is. */
  readonly titleOf?: (fact: string, value: string) => Text
}

const KIND_NAME = /^[a-z]+\.[a-z]+(_[a-z]+)*$/
const ESCALATE_AFTER_MIN_S = 60

/** @throws Error at start-up when the declaration cannot be used */
export function defineAlertKind(kind: AlertKind): AlertKind {
  if (!KIND_NAME.test(kind.name)) throw new Error(`"${kind.name}" is not console.word`)
  if (kind.escalateAfterS < ESCALATE_AFTER_MIN_S) {
    throw new Error(`${kind.name} goes on after ${kind.escalateAfterS} s: at least ${ESCALATE_AFTER_MIN_S}`)
  }
  return kind
}

/**
 * The title of one alert in words.
 *
 * @param names what people and records are called; left out where the title leaves the console, which no name does
 */
export function alertTitle(
  kind: Pick<AlertKind, 'title' | 'titleOf'>,
  facts: AlertFacts,
  names?: AlertNames,
): Said {
  const target = names?.targets.get(String(facts.subject_id))
  return kind.title((name) => {
    const value = String(facts[name] ?? '?')
    const called = name === 'by' ? names?.people[value] : kind.titleOf?.(name, value)
    return name === 'action' && target !== undefined ? say`${called ?? value} (${target})` : (called ?? value)
  })
}

/** What is declared nowhere any more still calls for a person. */
export function undeclaredKind(name: string): AlertKind {
  return {
    name,
    severity: 'high',
    title: () => say`${name} (of a version or a console that is not installed)`,
    page: { to: 'roster' },
    escalateAfterS: 900,
    runbook: 'undeclared',
  }
}

/** Whether somebody is told although it is outside everybody's hours. */
export function reachesOutsideHours({ severity }: Pick<AlertKind, 'severity'>): boolean {
  return severity === 'high' || severity === 'critical'
}
