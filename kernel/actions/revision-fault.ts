import { BULK_CONNECTOR } from '../bulk/bulk-request.ts'
import type { BoundAction } from '../console.ts'
import type { Kernel } from '../kernel.ts'
import { say, type Text, together } from '../languages/say.ts'
import { canonicalJson, type Json } from '../personal-data/canonical-json.ts'
import { actionDigest, actionDigestV1, DIGEST_FORMAT, digestText } from './action-digest.ts'
import type { FieldError } from './failure.ts'
import type { RequestRecord } from './request-record.ts'
import { openInput, openNote } from './seal-input.ts'

/**
 * Whether the effect that is stored of a revision is the one that was signed, by the bytes: the digest is computed again
 * from the rows. It does not ask whether the signed effect is what the action does; {@link decidedOtherwise} does.
 *
 * @returns why not; undefined where it is
 */
export async function digestFault(
  kernel: Kernel,
  action: BoundAction,
  record: RequestRecord,
): Promise<Text | undefined> {
  const { revision } = record
  if (!revision) return say`the request has no revision`
  const goesTo = record.bulk ? BULK_CONNECTOR : action.connectorOf(revision.decided)
  if (revision.connector !== goesTo) {
    return say`the effect goes to ${revision.connector ?? ''}, and that of ${action.name} to ${goesTo ?? ''}`
  }
  const target = { kind: record.target_kind, id: record.target_id }
  const facts = {
    type: record.type,
    target,
    targetVersion: revision.target_version,
    policyVersion: revision.policy_version,
    requestId: record.request_id,
    revision: revision.revision,
    scheduledFor: revision.scheduled_for ?? undefined,
  }
  const salt = Buffer.from(revision.digest_salt, 'hex')
  const { input, reason_code: code, reason_note: note, decided, connector } = revision
  const digest =
    revision.digest_format === DIGEST_FORMAT
      ? actionDigest({ ...facts, input, reason: { code, note }, decided, connector }, salt).digest
      : actionDigestV1(
          {
            ...facts,
            input: await openInput(kernel.sealer, action.inputSchema, input, target),
            reason: { code, note: await openNote(kernel.sealer, note, target) },
          },
          salt,
        )
  return digestText(digest) === revision.digest
    ? undefined
    : say`what is stored of the request is not what its digest says`
}

/**
 * Whether the action's own `decide`, asked again about the state that the request was made on, comes to the effect that
 * is stored: approvers are shown what the action says it does, and only this ties that to what is sent.
 *
 * @param state of the target, at the version that the request was made on
 * @returns `refused` where the rules of the action refuse it as the record is now (a party frozen meanwhile, which its
 *   version does not tell); `otherwise` where what is stored is not what it does; undefined where it is
 */
export async function decidedOtherwise(
  kernel: Kernel,
  action: BoundAction,
  record: RequestRecord,
  state: unknown,
): Promise<{ readonly refused: { code: string; message: Text } } | { readonly otherwise: Text } | undefined> {
  const { revision } = record
  if (!revision) return { otherwise: say`the request has no revision` }
  const target = { kind: record.target_kind, id: record.target_id }
  const input = await openInput(kernel.sealer, action.inputSchema, revision.input, target)
  const { part_of } = record
  const note = part_of
    ? await openNote(kernel.sealer, part_of.reason_note, { kind: 'request', id: part_of.id })
    : await openNote(kernel.sealer, revision.reason_note, target)
  const decision = action.decide(state, input, {
    now: decidedAt(revision.evidence) ?? kernel.now(),
    reason: { code: revision.reason_code, ...(note === undefined ? {} : { note }) },
    actor: { id: record.requested_by, roles: record.requested_roles },
  })
  if (decision.decision === 'refuse') {
    const wrong = decision.fields ?? []
    if (wrong.length === 0) return { refused: { code: decision.code, message: decision.message } }
    // What the schema takes may be refused for what has become of things since: a hit that was decided, a name that was taken.
    // What the schema does not take was never asked for so.
    if (action.inputSchema.safeParse(input).success) return { refused: noLongerFits(wrong) }
  }
  return decision.decision === 'accept' &&
    canonicalJson(decision.accepted) === canonicalJson(revision.decided)
    ? undefined
    : { otherwise: say`what it would do is not what the action does` }
}

/** Of what was taken when it was asked for, and is refused of the record as it is now. */
export function noLongerFits(wrong: readonly FieldError[]): {
  readonly code: string
  readonly message: Text
} {
  const said = together(
    wrong.map(({ message }) => message),
    '; ',
  )
  return { code: 'no_longer_fits', message: say`As it was asked for it can no longer be done: ${said}.` }
}

/** The instant by which the request was decided on. */
function decidedAt(evidence: Json): Date | undefined {
  const at = new Date(String((evidence as { readonly read_at?: Json }).read_at))
  return Number.isNaN(at.getTime()) ? undefined : at
}
