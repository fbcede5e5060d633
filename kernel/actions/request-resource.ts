import type { EntityRef } from '../entities/entity-ref.ts'
import { lastKnown } from '../entities/last-known.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { fromWritten, type Text } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import type { Sealed } from '../personal-data/sealing.ts'
import { typedFields } from '../reveal/hidden-fields.ts'
import { UNSPECIFIED } from './define-action.ts'
import type { EmergencyRecord, RequestRecord } from './request-record.ts'
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
    (kernel.actions.has(record.type) && kernel.access.mayEver(viewer, `${record.type}:decide`)) ||
    kernel.access.mayEver(viewer, 'audit:read')
  const note = async (sealed: Sealed | null, of: EntityRef = target) =>
    sealed === null ? undefined : readsNotes ? await openNote(kernel.sealer, sealed, of) : sealed.shown
  // What is a row of a request over many was explained, and agreed to, with the whole.
  const whole = record.part_of && { kind: 'request', id: record.part_of.id }
  const approvals = record.part_of?.approvals ?? record.approvals
  const last = record.attempts[0]
  const detailOf = async (detail: Json): Promise<Json> => {
    const { said, ...rest } = (detail ?? {}) as { said?: Sealed } & { [name: string]: Json }
    return said === undefined ? rest : { ...rest, message: (await note(said)) ?? said.shown }
  }
  const action = kernel.actions.get(record.type)
  const reasonTitle = [...(action?.reasons ?? []), UNSPECIFIED].find(
    ({ code }) => code === revision?.reason_code,
  )?.title
  const targetTitle = await titleOf(kernel, record)
  const made = record.state === 'executed' ? madeBy(action, last?.detail) : undefined
  const personal = (action ? typedFields(kernel, action, record) : []).map(({ path, title, shown }) => ({
    path,
    title,
    shown,
  }))
  return {
    id: record.request_id,
    type: record.type,
    title: action?.present.title ?? record.type,
    risk: record.risk,
    state: record.state,
    basis: record.steps.find((step) => step.basis)?.basis ?? null,
    revision: revision?.revision ?? 1,
    target: { ...target, ...(targetTitle === undefined ? {} : { title: targetTitle }) },
    ...(made === undefined ? {} : { made }),
    digest: revision?.digest ?? null,
    input: revision?.input ?? null,
    ...(personal.length === 0 ? {} : { personal }),
    reason: revision
      ? {
          code: revision.reason_code,
          ...(reasonTitle === undefined ? {} : { title: reasonTitle }),
          note: whole
            ? await note(record.part_of?.reason_note ?? null, whole)
            : await note(revision.reason_note),
        }
      : null,
    approvals: {
      required: revision?.required_approvals ?? 0,
      eligible_roles: revision?.eligible_roles ?? [],
      given: await Promise.all(
        approvals.map(async (approval) => ({
          person: { id: approval.person_id, name: approval.name ?? approval.person_id },
          decision: approval.decision,
          ...(approval.void ? { void: true } : {}),
          at: approval.at,
          note: await note(approval.note, whole ?? target),
        })),
      ),
    },
    ...(record.emergency
      ? {
          emergency: {
            approval: record.emergency.outcome ?? 'pending',
            until: record.emergency.until,
            renewals: record.emergency.terms - 1,
            max_age_s: record.emergency.step_up_s,
            ...(record.emergency.rejected_before === null
              ? {}
              : { rejected_before: record.emergency.rejected_before }),
            ...(record.emergency.ended_at === null ? {} : endOf(record.emergency, record.emergency.ended_at)),
            ...(record.emergency.lift_id === null ? {} : { lifted_by: record.emergency.lift_id }),
            ...(record.emergency.lifted_at === null ? {} : { lifted_at: record.emergency.lifted_at }),
          },
        }
      : {}),
    ...(record.lifts === null ? {} : { lifts: record.lifts }),
    ...(record.break_glass ? { break_glass: record.break_glass } : {}),
    ...(record.bulk ? { bulk: record.bulk } : {}),
    ...(record.part_of ? { part_of: { id: record.part_of.id, position: record.part_of.position } } : {}),
    ...(revision?.approval_max_age_s == null ? {} : { approval_max_age_s: revision.approval_max_age_s }),
    ...(revision?.evidence_first ? { evidence_first: true } : {}),
    requested_by: { id: record.requested_by, name: record.requester_name ?? record.requested_by },
    created_at: record.created_at,
    expires_at: revision?.expires_at ?? null,
    state_at: record.state_at,
    transitions: await Promise.all(
      record.steps.map(async (step) => ({
        from: step.from_state,
        to: step.to_state,
        revision: step.revision,
        at: step.at,
        actor: { id: step.actor_id, name: step.actor_name ?? step.actor_id },
        basis: step.basis,
        why: step.why === null ? undefined : fromWritten(step.why),
        note: await note(step.note),
      })),
    ),
    effect:
      revision?.effect === 'upstream'
        ? {
            connector: revision.connector,
            key: revision.effect_key,
            attempts: record.attempts.length,
            ...(record.held_by === null ? {} : { held_by: record.held_by }),
            outcome: last?.outcome ?? null,
            by_readback: last?.by_readback ?? null,
            detail: last ? await detailOf(last.detail) : null,
          }
        : undefined,
    evidence: revision?.evidence ?? null,
    ...(revision?.scheduled_for == null
      ? {}
      : {
          scheduled_for: revision.scheduled_for,
          schedule: record.withdrawn
            ? 'withdrawn'
            : record.state === 'stale'
              ? 'suspended'
              : record.state === 'pending' || record.state === 'authorized'
                ? 'waiting'
                : 'over',
        }),
    ...(record.undoes === null ? {} : { undoes: record.undoes }),
    ...(record.undone === null
      ? {}
      : { undone_by: record.undone.by, undone: record.undone.state === 'executed' ? 'done' : 'asked' }),
    ...(record.withdrawn === null
      ? {}
      : {
          withdrawal: {
            by: { id: record.withdrawn.by, name: record.withdrawn.by_name ?? record.withdrawn.by },
            note: await note(record.withdrawn.note),
          },
        }),
    links: {
      self: `/v1/requests/${record.request_id}`,
      target: `/v1/entities/${target.kind}/${target.id}`,
      ...(record.bulk ? { rows: `/v1/requests/${record.request_id}/rows` } : {}),
    },
  }
}

/** When the word of others ended an emergency, or its time did, and whose word it was. */
function endOf({ ended_by, ended_by_name }: EmergencyRecord, at: string) {
  return {
    ended_at: at,
    ...(ended_by === null ? {} : { ended_by: { id: ended_by, name: ended_by_name ?? ended_by } }),
  }
}

/** The record that it opened, where the upstream's answer named it: what only a read-back tells names none. */
function madeBy(
  action: { readonly makes?: string } | undefined,
  detail: Json | undefined,
): EntityRef | undefined {
  if (action?.makes === undefined) return undefined
  const id = (detail as { readonly [name: string]: Json } | null | undefined)?.[action.makes]
  return typeof id === 'string' ? { kind: action.makes, id } : undefined
}

/** What a request is about, by name: as it was called when it was asked for, or else as it was last known here. */
async function titleOf(kernel: Kernel, record: RequestRecord): Promise<Text | undefined> {
  const subject = record.revision?.evidence.preview?.subject
  if (subject !== undefined && subject !== '') return subject
  const entity = kernel.entities.get(record.target_kind)
  if (entity === undefined) return undefined
  const known = await lastKnown(kernel, entity, record.target_id)
  return known === undefined ? undefined : entity.present(known.state).title
}
