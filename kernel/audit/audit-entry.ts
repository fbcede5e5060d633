import { createHash, randomBytes } from 'node:crypto'
import { english } from '../languages/make-teller.ts'
import { canonicalBytes, type Json } from '../personal-data/canonical-json.ts'
import { unstorableText } from './storable-text.ts'

/** C2SP tlog-tiles: an entry's length is a uint16 in its entry bundle. */
export const CANONICAL_MAX_BYTES = 65_535
/** Ids, roles, codes and outcomes: what is indexed must stay well under a btree row. */
export const IDENTIFIER_MAX_CHARACTERS = 256
/** One value kept outside the leaf (a note, say), in UTF-8. */
export const PERSONAL_VALUE_MAX_BYTES = 16_384
/** HTTP sets no limit on this header, and a long one must not keep an entry from being written: it is cut. */
export const USER_AGENT_MAX_CHARACTERS = 1_024
export const ROLES_MAX = 64
export const PERSONAL_FIELDS_MAX = 32
export const DETAIL_MAX_DEPTH = 16
const SALT_BYTES = 16
/** Leaves are never rewritten, so a reader must know by which rules each was made. */
const FORMAT_VERSION = 1

const PERSONAL_NAME = /^[a-z][a-z0-9_]{0,63}$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export const AUDIT_KINDS = [
  'action',
  'approval',
  'denial',
  'sign_in',
  'sign_in_failed',
  'sign_out',
  'reveal',
  'export',
  'read',
  'security',
  'system',
] as const
export const AUDIT_SEVERITIES = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const

export type AuditKind = (typeof AUDIT_KINDS)[number]
export type AuditSeverity = (typeof AUDIT_SEVERITIES)[number]

/** What happened, before it is made into an entry: who, when, what, why, on what, from where, and the outcome (K-31). */
export type AuditFacts = {
  readonly kind: AuditKind
  readonly eventSubType?: string
  readonly severity?: AuditSeverity
  /** `id` is an opaque identifier, never a name or an address; `roles` are those held at the time. */
  readonly actor: { readonly id: string; readonly roles: readonly string[] }
  readonly action?: string
  readonly target?: { readonly kind: string; readonly id: string }
  /** The note may hold anything a person writes, so only its commitment enters the leaf. */
  readonly reason?: { readonly code: string; readonly note?: string }
  readonly outcome: string
  /** UUID. */
  readonly actionRequestId?: string
  readonly transition?: { readonly from: string | null; readonly to: string; readonly revision: number }
  readonly httpRequestId?: string
  readonly ip?: string
  readonly userAgent?: string
  readonly tenantId?: string
  /** Enters the leaf in clear and can never be erased: no personal data. */
  readonly detail?: { readonly [name: string]: Json }
  /** Further personal values by name (`[a-z][a-z0-9_]*`); only their commitments enter the leaf. */
  readonly personal?: Readonly<Record<string, string>>
}

/** The columns of `kernel.audit_entry` that are copied out of the canonical bytes. */
export type AuditColumns = {
  readonly entry_id: string
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string
  readonly format_version: number
  readonly kind: string
  readonly event_sub_type: string | null
  readonly severity: string | null
  readonly actor_id: string
  readonly actor_roles: readonly string[]
  readonly action: string | null
  readonly target_kind: string | null
  readonly target_id: string | null
  readonly reason_code: string | null
  readonly outcome: string
  readonly action_request_id: string | null
  readonly transition_from: string | null
  readonly transition_to: string | null
  readonly transition_revision: number | null
  readonly http_request_id: string | null
  readonly tenant_id: string | null
}

/** A value kept beside the log, and the salt (base64, 16 bytes) that opens its commitment. */
export type PersonalValue = { readonly salt: string; readonly value: string }

export type EncodedAuditEntry = {
  readonly id: string
  /** RFC 8785 JSON; its leaf is SHA-256(0x00 ‖ canonical). */
  readonly canonical: Buffer
  readonly columns: AuditColumns
  /** By path in the canonical entry: `reason.note`, `ip_address`, `user_agent`, `personal.<name>`. */
  readonly personal: Readonly<Record<string, PersonalValue>>
}

export type AuditEntryRefusal = 'audit_entry_invalid' | 'audit_entry_too_large'

/** The facts cannot become an entry. `field` names the fact at fault, `message` what is allowed. */
export class AuditEntryError extends Error {
  readonly code: AuditEntryRefusal
  readonly field: string
  constructor(code: AuditEntryRefusal, field: string, allowed: string) {
    super(`${field}: ${allowed}`)
    this.name = 'AuditEntryError'
    this.code = code
    this.field = field
  }
}

/**
 * Makes an entry of facts. Personal values (note, address, user agent, `personal`) are replaced in the canonical bytes
 * by `{"commitment": base64(SHA-256(salt ‖ utf8))}` under a random salt of 16 bytes each.
 *
 * @param options.id a UUIDv7, lower case
 * @throws AuditEntryError naming the field: text that is not well-formed Unicode or holds U+0000, a value over its
 *   limit, or canonical bytes over 65,535
 */
export function encodeAuditEntry(facts: AuditFacts, options: { id: string; at: Date }): EncodedAuditEntry {
  const personal: Record<string, PersonalValue> = {}
  const commit = (path: string, field: string, value: string | undefined) => {
    if (value === undefined) return undefined
    requireText(field, value)
    if (Buffer.byteLength(value) > PERSONAL_VALUE_MAX_BYTES) {
      throw new AuditEntryError(
        'audit_entry_too_large',
        field,
        `at most ${PERSONAL_VALUE_MAX_BYTES} bytes of UTF-8`,
      )
    }
    const salt = randomBytes(SALT_BYTES)
    personal[path] = { salt: salt.toString('base64'), value }
    return { commitment: commitmentOf(salt, value) }
  }

  const entry = {
    v: FORMAT_VERSION,
    id: requireUuid('id', options.id),
    at: requireTime(options.at),
    kind: requireOneOf('kind', facts.kind, AUDIT_KINDS),
    event_sub_type: optionalIdentifier('eventSubType', facts.eventSubType),
    severity:
      facts.severity === undefined ? undefined : requireOneOf('severity', facts.severity, AUDIT_SEVERITIES),
    actor: { id: requireIdentifier('actor.id', facts.actor.id), roles: requireRoles(facts.actor.roles) },
    action: optionalIdentifier('action', facts.action),
    target: facts.target && {
      kind: requireIdentifier('target.kind', facts.target.kind),
      id: requireIdentifier('target.id', facts.target.id),
    },
    reason: facts.reason && {
      code: requireIdentifier('reason.code', facts.reason.code),
      note: commit('reason.note', 'reason.note', facts.reason.note),
    },
    outcome: requireIdentifier('outcome', facts.outcome),
    action_request_id:
      facts.actionRequestId === undefined ? undefined : requireUuid('actionRequestId', facts.actionRequestId),
    transition: facts.transition && {
      from:
        facts.transition.from === null ? null : requireIdentifier('transition.from', facts.transition.from),
      to: requireIdentifier('transition.to', facts.transition.to),
      revision: requireRevision(facts.transition.revision),
    },
    request_id: optionalIdentifier('httpRequestId', facts.httpRequestId),
    ip_address: commit('ip_address', 'ip', facts.ip),
    user_agent: commit('user_agent', 'userAgent', facts.userAgent && cutUserAgent(facts.userAgent)),
    tenant_id: optionalIdentifier('tenantId', facts.tenantId),
    detail: facts.detail && requireJsonObject('detail', facts.detail),
    personal: facts.personal && commitAll(facts.personal, commit),
  }

  const canonical = canonicalBytes(entry)
  if (canonical.length > CANONICAL_MAX_BYTES) {
    throw new AuditEntryError(
      'audit_entry_too_large',
      'detail',
      `the entry is ${canonical.length} bytes and at most ${CANONICAL_MAX_BYTES} are allowed`,
    )
  }
  return { id: options.id, canonical, columns: auditColumns(entry), personal }
}

/** The value for `kernel.append_audit(jsonb)`; pass `JSON.stringify` of it, as the driver would make an SQL array. */
export function toJsonb(
  entries: readonly EncodedAuditEntry[],
): { canonical: string; personal: Readonly<Record<string, PersonalValue>> }[] {
  return entries.map(({ canonical, personal }) => ({ canonical: canonical.toString('utf8'), personal }))
}

/**
 * The queryable columns as the canonical entry gives them. The database derives the same in `kernel.append_audit`;
 * the verifier compares the two.
 *
 * @param entry the parsed canonical bytes
 */
export function auditColumns(entry: unknown): AuditColumns {
  const fact = entry as CanonicalEntry
  return {
    entry_id: fact.id,
    at: fact.at,
    format_version: fact.v,
    kind: fact.kind,
    event_sub_type: fact.event_sub_type ?? null,
    severity: fact.severity ?? null,
    actor_id: fact.actor.id,
    actor_roles: fact.actor.roles,
    action: fact.action ?? null,
    target_kind: fact.target?.kind ?? null,
    target_id: fact.target?.id ?? null,
    reason_code: fact.reason?.code ?? null,
    outcome: fact.outcome,
    action_request_id: fact.action_request_id ?? null,
    transition_from: fact.transition?.from ?? null,
    transition_to: fact.transition?.to ?? null,
    transition_revision: fact.transition?.revision ?? null,
    http_request_id: fact.request_id ?? null,
    tenant_id: fact.tenant_id ?? null,
  }
}

type Commitment = { readonly commitment: string }

/** Canonical entry, format version 1. Members without a value are absent, never null, except `transition.from`. */
export type CanonicalEntry = {
  readonly v: number
  readonly id: string
  readonly at: string
  readonly kind: string
  readonly event_sub_type?: string
  readonly severity?: string
  readonly actor: { readonly id: string; readonly roles: readonly string[] }
  readonly action?: string
  readonly target?: { readonly kind: string; readonly id: string }
  readonly reason?: { readonly code: string; readonly note?: Commitment }
  readonly outcome: string
  readonly action_request_id?: string
  readonly transition?: { readonly from: string | null; readonly to: string; readonly revision: number }
  readonly request_id?: string
  readonly ip_address?: Commitment
  readonly user_agent?: Commitment
  readonly tenant_id?: string
  readonly detail?: { readonly [name: string]: Json }
  readonly personal?: Readonly<Record<string, Commitment>>
}

/** base64(SHA-256(salt ‖ utf8(value))). */
export function commitmentOf(salt: Uint8Array, value: string): string {
  return createHash('sha256').update(salt).update(value, 'utf8').digest('base64')
}

function commitAll(
  values: Readonly<Record<string, string>>,
  commit: (path: string, field: string, value: string) => Commitment | undefined,
): Record<string, Commitment | undefined> | undefined {
  const named = Object.entries(values)
  if (named.length > PERSONAL_FIELDS_MAX) {
    throw new AuditEntryError('audit_entry_invalid', 'personal', `at most ${PERSONAL_FIELDS_MAX} values`)
  }
  for (const [name] of named) {
    if (!PERSONAL_NAME.test(name)) {
      throw new AuditEntryError(
        'audit_entry_invalid',
        'personal',
        'names are [a-z][a-z0-9_]*, at most 64 characters',
      )
    }
  }
  if (named.length === 0) return undefined
  return Object.fromEntries(
    named.map(([name, value]) => [name, commit(`personal.${name}`, `personal.${name}`, value)]),
  )
}

function requireText(field: string, value: string): string {
  const fault = typeof value === 'string' ? unstorableText(value) : 'must be text'
  if (fault !== undefined) throw new AuditEntryError('audit_entry_invalid', field, english(fault))
  return value
}

function requireIdentifier(field: string, value: string): string {
  requireText(field, value)
  if (value.length === 0 || value.length > IDENTIFIER_MAX_CHARACTERS) {
    throw new AuditEntryError('audit_entry_invalid', field, `1 to ${IDENTIFIER_MAX_CHARACTERS} characters`)
  }
  return value
}

function optionalIdentifier(field: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : requireIdentifier(field, value)
}

function requireRoles(roles: readonly string[]): readonly string[] {
  if (roles.length > ROLES_MAX) {
    throw new AuditEntryError('audit_entry_invalid', 'actor.roles', `at most ${ROLES_MAX} roles`)
  }
  return roles.map((role, at) => requireIdentifier(`actor.roles[${at}]`, role))
}

function requireUuid(field: string, value: string): string {
  if (!UUID.test(value)) throw new AuditEntryError('audit_entry_invalid', field, 'a UUID in lower case')
  return value
}

function requireTime(at: Date): string {
  if (Number.isNaN(at.getTime())) throw new AuditEntryError('audit_entry_invalid', 'at', 'a valid time')
  return at.toISOString()
}

function requireOneOf<T extends string>(field: string, value: T, allowed: readonly T[]): T {
  if (!allowed.includes(value)) {
    throw new AuditEntryError('audit_entry_invalid', field, `one of ${allowed.join(', ')}`)
  }
  return value
}

function requireRevision(revision: number): number {
  if (!Number.isInteger(revision) || revision < 0 || revision > 0x7fff_ffff) {
    throw new AuditEntryError('audit_entry_invalid', 'transition.revision', 'a whole number from 0')
  }
  return revision
}

function cutUserAgent(value: string): string {
  if (value.length <= USER_AGENT_MAX_CHARACTERS) return value
  const cut = value.slice(0, USER_AGENT_MAX_CHARACTERS)
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut
}

/** What JSON would silently turn into something else (a function, a date, a class) is refused instead. */
function requireJsonObject(field: string, value: { readonly [name: string]: Json }): Json {
  requireJson(field, value, 1)
  return value
}

function requireJson(field: string, value: Json, depth: number): void {
  if (depth > DETAIL_MAX_DEPTH) {
    throw new AuditEntryError('audit_entry_invalid', field, `at most ${DETAIL_MAX_DEPTH} levels deep`)
  }
  if (value === null || typeof value === 'boolean') return
  if (typeof value === 'string') {
    requireText(field, value)
    return
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new AuditEntryError('audit_entry_invalid', field, 'a finite number')
    return
  }
  if (Array.isArray(value)) {
    value.forEach((item, at) => {
      requireJson(`${field}[${at}]`, item, depth + 1)
    })
    return
  }
  if (typeof value !== 'object' || !isPlainObject(value)) {
    throw new AuditEntryError('audit_entry_invalid', field, 'a JSON value')
  }
  for (const [name, item] of Object.entries(value)) {
    requireText(field, name)
    if (item !== undefined) requireJson(`${field}.${name}`, item, depth + 1)
  }
}

function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
