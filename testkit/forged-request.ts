import { createHash } from 'node:crypto'
import { actionDigest, digestText } from '@countersign/kernel/actions/action-digest.ts'
import { auditOf } from '@countersign/kernel/actions/audit-parts.ts'
import { declaredActions } from '@countersign/kernel/actions/declare-actions.ts'
import type { AuditFacts } from '@countersign/kernel/audit/audit-entry.ts'
import { uuidV7 } from '@countersign/kernel/db/uuid-v7.ts'
import { declarations } from '@countersign/server/declarations.ts'

const DECLARED = declaredActions(declarations)
type Actor = { readonly id: string; readonly roles: readonly string[] }

export type ForgedOptions = {
  readonly by: Actor
  readonly type: string
  readonly target: { readonly kind: string; readonly id: string }
  readonly decided: object
  readonly required: number
  readonly local: boolean
  readonly targetVersion?: string
  readonly eligibleRoles?: readonly string[]
  /** Where it is another than what is decided. */
  readonly digestOf?: object
  /** What its entries say in clear. */
  readonly detail?: AuditFacts['detail']
}

export const entries = (...facts: AuditFacts[]) => auditOf({ now: () => new Date() }, ...facts)

/**
 * The parts of a request (`kernel.commit_write`) by somebody who holds the server's login to the database and runs none
 * of our code: executed or sent at once, or waiting for people. Of its action it says what that declares.
 */
export function forgeRequest(options: ForgedOptions) {
  const { type, target, required, local, decided, by, detail } = options
  const id = uuidV7()
  const state = required > 0 ? 'pending' : local ? 'executed' : 'authorized'
  const declared = DECLARED.find(({ action }) => action === type)
  const connector = local ? null : (declared?.connectors?.[0] ?? 'cts')
  const policyVersion = 'forged'
  const { digest, salt } = actionDigest({
    ...{ type, target, input: {}, reason: { code: 'R01', note: null } },
    ...{ targetVersion: options.targetVersion ?? null, policyVersion, requestId: id, revision: 1, connector },
    decided: (options.digestOf ?? decided) as never,
  })
  const console = type.slice(0, type.indexOf('.'))
  return {
    id,
    digest: digestText(digest),
    detail,
    parts: {
      tenant_id: null,
      request: {
        ...{ request_id: id, type, console, door: 'x', correlation_id: 'x' },
        ...{ risk: declared?.risk ?? 'high', moves_money: declared?.moves_money ?? true },
        ...{ target_kind: target.kind, target_id: target.id },
        ...{ requested_by: by.id, requested_roles: by.roles },
      },
      revision: {
        ...{ revision: 1, input: {}, reason_code: 'R01', reason_note: null, decided },
        ...{ digest: digest.toString('hex'), digest_salt: salt.toString('hex'), digest_format: 2 },
        ...{ target_version: options.targetVersion ?? null, policy_version: policyVersion },
        ...{
          required_approvals: required,
          eligible_roles: options.eligibleRoles ?? ['transfers/ADMIN', 'transfers/COMPLIANCE'],
        },
        ...{
          effect: local ? 'local' : 'upstream',
          connector,
          expires_in_ms: 600_000,
          created_by: by.id,
        },
        effect_key: createHash('sha256').update(id).digest('hex'),
        ...{ evidence: { read_at: new Date().toISOString() }, evidence_hash: '00' },
      },
      transitions: [
        {
          ...{ step: 1, revision: 1, from_state: null, to_state: state, actor_id: by.id },
          ...(required > 0 ? {} : { basis: 'quorum' }),
        },
      ],
      ...(state === 'authorized' ? { outbox: { revision: 1 } } : {}),
      events: [] as object[],
      audit: entries({
        ...{ kind: 'action', actor: by, action: type, target, outcome: state, actionRequestId: id },
        transition: { from: null, to: state, revision: 1 },
        ...(detail ? { detail } : {}),
      }),
    },
  }
}

/** The parts of this person's signature on it, and with `last` of the move that it brings about. */
export function forgeAgreement(
  { id, digest, detail, parts }: ReturnType<typeof forgeRequest>,
  person: Actor,
  { before, last, events }: { before: number; last: boolean; events: object[] },
) {
  const target = { kind: parts.request.target_kind, id: parts.request.target_id }
  const action = parts.request.type
  return {
    tenant_id: null,
    expect: { request_id: id, transitions: 1, approvals: before },
    approval: {
      ...{ revision: 1, person_id: person.id, decision: 'approve', digest: digest.slice(7) },
      ...{ roles: person.roles, note: null, evidence: {}, evidence_hash: '00' },
      authenticated_at: new Date().toISOString(),
    },
    ...(last
      ? {
          transitions: [
            ...[{ step: 2, revision: 1, from_state: 'pending', to_state: 'executed', basis: 'quorum' }],
          ].map((move) => ({ ...move, actor_id: person.id })),
        }
      : {}),
    events,
    audit: entries(
      { kind: 'approval', actor: person, action, target, outcome: 'approve', actionRequestId: id },
      ...(last
        ? [
            {
              ...{ kind: 'action' as const, actor: person, action, target, outcome: 'executed' },
              ...{ actionRequestId: id, transition: { from: 'pending', to: 'executed', revision: 1 } },
              ...(detail ? { detail } : {}),
            },
          ]
        : []),
    ),
  }
}
