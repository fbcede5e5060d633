import { z } from 'zod'
import { forbidden } from '../access/forbidden.ts'
import { DIGEST_TEXT } from '../actions/action-digest.ts'
import { againWhenMet } from '../actions/again-when-met.ts'
import { answerOnce } from '../actions/answer-once.ts'
import { type Failure, fail, invalid, ok, type Result } from '../actions/failure.ts'
import type { Answer } from '../actions/idempotency.ts'
import { recordDenial, recordUnknownMembers } from '../actions/record-denial.ts'
import { requestDigest as digestOfRequest, type RequestDigest } from '../actions/request-digest.ts'
import { loadRequest, type RequestRecord } from '../actions/request-record.ts'
import { NOTE_MAX_CHARACTERS } from '../actions/submission.ts'
import { maySeeRequest, noSuchRequest } from '../actions/visible-requests.ts'
import { fieldErrors } from '../http/field-errors.ts'
import type { Kernel } from '../kernel.ts'
import { say, written } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { freeText } from '../personal-data/free-text.ts'
import { saysSomething } from '../personal-data/visible-text.ts'
import { isUnderWayOverMany, waitsForItsTime, withdrawRequest } from '../schedule/withdraw-request.ts'
import { decideOnEmergency, noOpenEmergency, openEmergency } from './decide-on-emergency.ts'
import { decideOnPending } from './decide-on-pending.ts'
import type { Deciding, Said } from './write-decision.ts'

/** Somebody else's word was written between the reading and the writing of this one. */
const MET = ['moved', 'illegal_transition']
const OTHERS_ARE_DECIDING: Failure = {
  kind: 'conflict',
  code: 'busy',
  message: say`Others are deciding on this request at the same moment. Try again.`,
  retryAfterS: 1,
}

/** Text, or text with a code: `{"code": …, "note": …}`. */
const reason = z.preprocess(
  (given) => (typeof given === 'string' ? { note: given } : given),
  z.strictObject(
    {
      code: z.string().max(64).optional(),
      note: freeText(NOTE_MAX_CHARACTERS).refine(saysSomething, written(say`a reason is required`)),
    },
    {
      error: ({ code }) =>
        code === 'invalid_type' ? written(say`a reason is required, as text`) : undefined,
    },
  ),
)

export const decisionBodies = {
  approve: z.strictObject({
    digest: z
      .string()
      .regex(DIGEST_TEXT, written(say`must be the digest of the revision you read, "sha256:…"`)),
    note: freeText(NOTE_MAX_CHARACTERS).optional(),
    /** Of the preview that was read (`preview_digest` of the request): what is sealed as seen is what was seen. */
    preview_digest: z.string().max(128).optional(),
  }),
  reject: z.strictObject({ reason }),
  cancel: z.strictObject({ reason }),
  renew: z.strictObject({ reason }),
}

export type DecisionKind = keyof typeof decisionBodies

/**
 * One person's word on a request: the same path as a new action. The request is read, decided on in code, and written
 * only if it has not moved meanwhile; the triggers check the same from the rows.
 *
 * @param first the request, as {@link mayDecide} found it
 *
 * Statuses: 404 for whoever may not see it; 403 own request, not eligible; 409 edited, decided, not pending; 410 expired, by the database's clock.
 */
export async function decideOnRequest(
  kernel: Kernel,
  deciding: Deciding,
  first: RequestRecord,
  rawBody: Json,
): Promise<Result<Answer>> {
  const { principal, origin, what, door, key } = deciding
  const { request_id: id, type } = first
  const requestDigest = digestOfRequest(kernel.sealer, { door, id, body: rawBody })
  return answerOnce(kernel, { actor: principal.id, door, key, digest: requestDigest }, async () => {
    const parsed = decisionBodies[what].safeParse(rawBody)
    if (!parsed.success) {
      await recordUnknownMembers(kernel, principal, origin, type, parsed.error.issues)
      return fail(invalid(...fieldErrors(parsed.error.issues)))
    }
    const body = parsed.data as {
      digest?: string
      note?: string
      preview_digest?: string
      reason?: z.output<typeof reason>
    }
    const said: Said = {
      digest: body.digest,
      note: body.reason?.note ?? body.note,
      previewDigest: body.preview_digest,
    }
    let read: RequestRecord | undefined = first
    const decided = await againWhenMet(MET, async () => {
      const record = read ?? (await loadRequest(kernel.pool, id))
      if (!record) throw new Error(`request ${id} has vanished`)
      read = undefined
      return decideOnce(kernel, deciding, record, said, requestDigest)
    })
    if (decided.ok) return decided
    if (MET.includes(decided.failure.code)) return fail(OTHERS_ARE_DECIDING)
    if (decided.failure.kind === 'forbidden') {
      await recordDenial(kernel, principal, origin, {
        action: `${type}:decide`,
        movesMoney: first.moves_money,
        code: decided.failure.code,
        resource: `request/${id}`,
      })
    }
    return decided
  })
}

/** Role × action: whoever may decide on nothing at all has been turned away at the door already. */
export async function mayDecide(
  kernel: Kernel,
  { principal, origin, what }: Pick<Deciding, 'principal' | 'origin' | 'what'>,
  requestId: string,
): Promise<Result<RequestRecord>> {
  const record = await loadRequest(kernel.pool, requestId)
  if (!record) {
    return fail(noSuchRequest(requestId))
  }
  if (!kernel.actions.has(record.type)) {
    if (!maySeeRequest(kernel, principal, record)) return fail(noSuchRequest(requestId))
    const message = say`${record.type} is no action of this installation any more: nobody decides on it, and it expires.`
    return fail({ kind: 'conflict', code: 'action_not_installed', message })
  }
  const permission = what === 'cancel' ? record.type : `${record.type}:decide`
  if (kernel.access.mayEver(principal, permission)) return ok(record)
  const failure = forbidden(kernel, permission)
  await recordDenial(kernel, principal, origin, {
    action: permission,
    movesMoney: record.moves_money,
    code: failure.code,
    resource: `request/${requestId}`,
  })
  return fail(maySeeRequest(kernel, principal, record) ? failure : noSuchRequest(requestId))
}

async function decideOnce(
  kernel: Kernel,
  deciding: Deciding,
  record: RequestRecord,
  said: Said,
  requestDigest: RequestDigest,
): Promise<Result<Answer>> {
  const { what } = deciding
  const { revision } = record
  const action = kernel.actions.get(record.type)
  if (!action || !revision) return fail(notPending(record))
  const emergency = openEmergency(record)
  if (what === 'renew' || emergency) {
    if (!emergency) return fail(noOpenEmergency(record))
    return decideOnEmergency(kernel, deciding, { record, action, revision, emergency }, said, requestDigest)
  }
  if ((what === 'cancel' || what === 'reject') && (waitsForItsTime(record) || isUnderWayOverMany(record))) {
    return withdrawRequest(kernel, deciding, { record, action }, said.note, requestDigest)
  }
  if (record.state !== 'pending') return fail(notPending(record))
  if (revision.expired) {
    return fail({
      kind: 'gone',
      code: 'request_expired',
      message: say`This request expired at ${revision.expires_at}. Ask for it again.`,
    })
  }
  return decideOnPending(kernel, deciding, { record, action, revision }, said, requestDigest)
}

function notPending(record: RequestRecord): Failure {
  const by = record.steps.at(-1)
  return {
    kind: record.state === 'expired' ? 'gone' : 'conflict',
    code: record.state === 'expired' ? 'request_expired' : 'not_pending',
    message: say`This request is ${record.state} (${by?.actor_name ?? by?.actor_id ?? say`the system`}, ${record.state_at}).`,
    extra: { state: record.state },
  }
}
