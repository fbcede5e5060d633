import type { Json } from '../personal-data/canonical-json.ts'
import type { CanonicalEntry, PersonalValue } from './audit-entry.ts'

/** Stands for a value that was kept and may not be shown here. */
const REDACTED = '•••'
/** Stands for a value whose commitment is in the log and which has been erased. */
const ERASED = '[erased]'

/** An entry as it is shown (C-12). Read from the canonical bytes, so that what is shown is what was signed. */
export type AuditEntryView = {
  readonly id: string
  readonly at: string
  readonly kind: string
  readonly event_sub_type?: string
  readonly severity?: string
  /** `name` is what the person is called now; the entry itself holds the id alone. */
  readonly actor: { readonly id: string; readonly name?: string; readonly roles: readonly string[] }
  readonly action: string | null
  /** `title` is what the record is called now, where that was asked for; the entry itself holds the id alone. */
  readonly target: { readonly kind: string; readonly id: string; readonly title?: string } | null
  readonly reason: { readonly code: string; readonly note: string | null } | null
  readonly outcome: string
  readonly ip_address: string | null
  readonly user_agent: string | null
  readonly request_id: string | null
  readonly action_request_id?: string
  readonly transition?: { readonly from: string | null; readonly to: string; readonly revision: number }
  readonly tenant_id?: string
  readonly detail?: { readonly [name: string]: Json | undefined }
  readonly personal?: Readonly<Record<string, string>>
  /** Position in the log; null until the sequencer has placed the entry. */
  readonly leaf_index: number | null
}

export type StoredEntry = {
  readonly canonical: Buffer
  /** Null when nothing personal was kept, or all of it was erased. */
  readonly personal: Readonly<Record<string, PersonalValue>> | null
  readonly leaf_index: string | null
  /** Read where it is shown to a person; never part of an export. */
  readonly actor_name?: string | null
}

/**
 * @param options.revealed shows personal values as they are; otherwise an address keeps its network, a user agent its
 *   first product, and everything else becomes `•••`
 */
export function viewEntry(stored: StoredEntry, options: { readonly revealed: boolean }): AuditEntryView {
  const entry = JSON.parse(stored.canonical.toString('utf8')) as CanonicalEntry
  const show = (path: string, committed: unknown, redact: (value: string) => string = () => REDACTED) => {
    if (committed === undefined) return null
    const value = stored.personal?.[path]?.value
    if (value === undefined) return ERASED
    return options.revealed ? value : redact(value)
  }
  const personal = Object.entries(entry.personal ?? {}).map(([name, commitment]) => [
    name,
    show(`personal.${name}`, commitment) ?? REDACTED,
  ])
  return {
    id: entry.id,
    at: entry.at,
    kind: entry.kind,
    ...(entry.event_sub_type === undefined ? {} : { event_sub_type: entry.event_sub_type }),
    ...(entry.severity === undefined ? {} : { severity: entry.severity }),
    actor: stored.actor_name ? { ...entry.actor, name: stored.actor_name } : entry.actor,
    action: entry.action ?? null,
    target: entry.target ?? null,
    reason: entry.reason ? { code: entry.reason.code, note: show('reason.note', entry.reason.note) } : null,
    outcome: entry.outcome,
    ip_address: show('ip_address', entry.ip_address, redactAddress),
    user_agent: show('user_agent', entry.user_agent, redactUserAgent),
    request_id: entry.request_id ?? null,
    ...(entry.action_request_id === undefined ? {} : { action_request_id: entry.action_request_id }),
    ...(entry.transition === undefined ? {} : { transition: entry.transition }),
    ...(entry.tenant_id === undefined ? {} : { tenant_id: entry.tenant_id }),
    ...(entry.detail === undefined ? {} : { detail: entry.detail }),
    ...(personal.length === 0 ? {} : { personal: Object.fromEntries(personal) }),
    leaf_index: stored.leaf_index === null ? null : Number(stored.leaf_index),
  }
}

/** Does the entry hold anything that a reveal would show? */
export function holdsPersonalValues(stored: StoredEntry): boolean {
  return Object.keys(stored.personal ?? {}).length > 0
}

/** 203.0.113.7 → 203.0.•.•, 2001:db8:1::7 → 2001:db8:• */
function redactAddress(address: string): string {
  const separator = address.includes(':') ? ':' : '.'
  const [first, second] = address.split(separator)
  if (second === undefined) return REDACTED
  return separator === ':' ? `${first}:${second}:•` : `${first}.${second}.•.•`
}

function redactUserAgent(userAgent: string): string {
  const product = /^[A-Za-z]+\/[\d.]+/.exec(userAgent)?.[0]
  return product === undefined || product === userAgent ? (product ?? REDACTED) : `${product} •`
}
