import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import type { Sealed } from '../personal-data/sealing.ts'
import type { RequestRecord } from './request-record.ts'
import { openNote } from './seal-input.ts'

/**
 * The request resource of the contract (C-04, C-05). The note is shown to whoever asked, whoever may decide on it and
 * the auditor; to others in its redacted form.
 */
export async function requestResource(
  kernel: Kernel,
  record: RequestRecord,
  viewer: Principal,
): Promise<Record<string, unknown>> {
  const { revision } = record
  const target = { kind: record.target_kind, id: record.target_id }
  const readsNotes =
    viewer.id === record.requested_by ||
    kernel.access.mayEver(viewer, `${record.type}:decide`) ||
    kernel.access.mayEver(viewer, 'audit:read')
  const note = async (sealed: RequestRecord['approvals'][number]['note']) =>
    sealed === null ? undefined : readsNotes ? await openNote(kernel.sealer, sealed, target) : sealed.shown
  const last = record.attempts[0]
  const detailOf = async (detail: Json): Promise<Json> => {
    const { said, ...rest } = (detail ?? {}) as { said?: Sealed } & { [name: string]: Json }
    return said === undefined ? rest : { ...rest, message: (await note(said)) ?? said.shown }
  }
  return {
    id: record.request_id,
    type: record.type,
    title: kernel.actions.get(record.type)?.present.title ?? record.type,
    risk: record.risk,
    state: record.state,
    basis: record.steps.find((step) => step.basis)?.basis ?? null,
    revision: revision?.revision ?? 1,
    target,
    digest: revision?.digest ?? null,
    input: revision?.input ?? null,
    reason: revision ? { code: revision.reason_code, note: await note(revision.reason_note) } : null,
    approvals: {
      required: revision?.required_approvals ?? 0,
      eligible_roles: revision?.eligible_roles ?? [],
      given: await Promise.all(
        record.approvals.map(async (approval) => ({
          person: { id: approval.person_id, name: approval.name ?? approval.person_id },
          decision: approval.decision,
          at: approval.at,
          note: await note(approval.note),
        })),
      ),
    },
    requested_by: { id: record.requested_by, name: record.requester_name ?? record.requested_by },
    created_at: record.created_at,
    expires_at: revision?.expires_at ?? null,
    state_at: record.state_at,
    transitions: record.steps.map((step) => ({
      from: step.from_state,
      to: step.to_state,
      revision: step.revision,
      at: step.at,
      actor: { id: step.actor_id, name: step.actor_name ?? step.actor_id },
      basis: step.basis,
      why: step.why ?? undefined,
    })),
    effect:
      revision?.effect === 'upstream'
        ? {
            connector: revision.connector,
            key: revision.effect_key,
            attempts: record.attempts.length,
            outcome: last?.outcome ?? null,
            by_readback: last?.by_readback ?? null,
            detail: last ? await detailOf(last.detail) : null,
          }
        : undefined,
    evidence: revision?.evidence ?? null,
    links: { self: `/v1/requests/${record.request_id}`, target: `/v1/entities/${target.kind}/${target.id}` },
  }
}
