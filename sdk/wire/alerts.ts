import type { PersonRef, WireTime } from './values.ts'

/** K-47: what calls for a person. */
export type AlertSummary = {
  id: string
  kind: string
  severity: 'low' | 'medium' | 'high' | 'critical'
  title: string
  /** A console, `kernel` for everybody, `audit` for those who read the audit log. */
  audience: string
  facts: Record<string, unknown>
  /** The heading about it in docs/guide/alerts.md. */
  runbook: string
  state: 'open' | 'acknowledged' | 'silenced' | 'over'
  raised_at: WireTime
  resolved_at: WireTime | null
  acknowledged_by: string | null
  /** Null where nobody sees to it, or their name is not known. */
  acknowledged_by_name: string | null
  silenced_until: WireTime | null
  /** Who has got a message: people's ids, `webhook`. */
  told: string[]
  /** What those people are called, by id. */
  told_names: Record<string, string>
  /** Messages that could not be delivered. */
  undelivered: number
}

/** `waiting`: how many nobody sees to; `open`: how many there are now, on this page or not. */
export type AlertPage = { alerts: AlertSummary[]; waiting: number; open: number; next_cursor: string | null }

export type OnCallEntry = {
  person: string
  order: number
  zone: string
  hours: { days: string[]; from: string; to: string }[]
}

/** `people`: who may be on it. */
export type RosterSummary = {
  console: string
  title: string
  entries: OnCallEntry[]
  on_call: string[]
  /** Whose hours begin next, and when. */
  next_on_call: { person: string; at: string } | null
  /** Who may stand on it, by name. */
  people: PersonRef[]
}
