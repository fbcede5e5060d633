import { type Failure, fail, ok, type Result } from '../actions/failure.ts'
import type { RequestRecord } from '../actions/request-record.ts'
import { noSuchRequest, visibleRequest } from '../actions/visible-requests.ts'
import type { BoundAction } from '../console.ts'
import type { Principal, RequestOrigin } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { say } from '../languages/say.ts'
import { REVEAL_MS, revealOf, revealStream } from './define-reveal.ts'
import { type Hidden, type HiddenField, hiddenFields, notOpenableInWords } from './hidden-fields.ts'
import { recordReveal } from './record-reveal.ts'

/** Whoever agrees has opened it within this: longer ago, nobody still has a number in mind. */
const OPENED_WITHIN_MS = 60 * 60_000
const RETRY_AFTER_S = 5
const ACTION = revealOf({ console: 'kernel', kind: 'request' })

/** The personal data of a request that this person has revealed, while it lasts; each reading is recorded before it is answered. */
export async function readOpenedInput(
  kernel: Kernel,
  principal: Principal,
  origin: RequestOrigin,
  requestId: string,
): Promise<Result<{ path: string; value: string; until: string }[]>> {
  const record = await visibleRequest(kernel, principal, requestId)
  if (!record) return fail(noSuchRequest(requestId))
  const action = kernel.actions.get(record.type)
  const { revision } = record
  if (!action || !revision || !kernel.access.mayEver(principal, ACTION)) return ok([])
  const until = await openUntil(kernel, principal, requestId, revision.revision)
  if (until === undefined) return ok([])
  const hidden = await hiddenFields(kernel, action, record)
  if (hidden.unread) return fail(notOpenable(hidden.unread))
  const opened = await Promise.all(
    hidden.fields.map(async ({ path, open }) => ({ path, value: await open(), until })),
  )
  const of = hidden.fields.find((field) => field.of !== undefined)?.of
  const fields = opened.flatMap(({ value, ...field }) => (value === undefined ? [] : [{ ...field, value }]))
  if (fields.length === 0) return ok([])
  await recordReveal(kernel, principal, origin, {
    action: ACTION,
    target: { kind: 'request', id: requestId },
    tenantId: record.tenant_id ?? undefined,
    detail: {
      fields: fields.map(({ path }) => path),
      revision: revision.revision,
      ...(of === undefined ? {} : { record_version: of }),
    },
  })
  return ok(fields)
}

/**
 * What this person has still to open before they may agree, where the action asks for that: nobody signs an account of which they have
 * seen four digits. Of a request over many records nothing, since none is asked for with personal data.
 */
export async function unopenedInput(
  { pool }: Pick<Kernel, 'pool'>,
  { id }: Pick<Principal, 'id'>,
  action: Pick<BoundAction, 'openedBeforeAgreeing'>,
  record: RequestRecord,
  fields: readonly HiddenField[],
): Promise<string[]> {
  const { revision } = record
  if (!action.openedBeforeAgreeing || !revision || record.bulk || fields.length === 0) return []
  const { rows } = await pool.query<{ path: string; of: string | null }>({
    name: 'opened-input',
    text: `SELECT DISTINCT jsonb_array_elements_text(seen.detail -> 'fields') AS path, seen.detail ->> 'record_version' AS of
             FROM (SELECT convert_from(e.canonical, 'UTF8')::jsonb -> 'detail' AS detail
                     FROM kernel.audit_entry e
                    WHERE e.target_id = $1 AND e.target_kind = 'request' AND e.kind = 'reveal' AND e.action = $2
                      AND e.actor_id = $3
                      AND e.at > clock_timestamp() - make_interval(secs => $4::double precision / 1000)) seen
            WHERE seen.detail -> 'revision' = to_jsonb($5::integer)`,
    values: [record.request_id, ACTION, id, OPENED_WITHIN_MS, revision.revision],
  })
  return fields
    .filter((field) => !rows.some(({ path, of }) => path === field.path && (field.of ?? of) === of))
    .map(({ path }) => path)
}

/** Why this person may not agree yet. */
export async function unopenedFault(
  kernel: Kernel,
  principal: Pick<Principal, 'id'>,
  action: BoundAction,
  record: RequestRecord,
): Promise<Failure | undefined> {
  if (!action.openedBeforeAgreeing) return undefined
  const hidden = await hiddenFields(kernel, action, record)
  if (hidden.unread) return notOpenable(hidden.unread)
  const left = await unopenedInput(kernel, principal, action, record, hidden.fields)
  if (left.length === 0) return undefined
  return {
    kind: 'conflict',
    code: 'not_opened',
    message: say`It goes by an account or a name that is hidden here. Open its personal data, look whether it is right, and then agree.`,
    extra: { to_open: left },
  }
}

/** There may well be an earlier copy: nobody agrees to an account on the word of that. */
function notOpenable({ source, why }: NonNullable<Hidden['unread']>): Failure {
  return {
    kind: 'upstream_unavailable',
    code: 'upstream_unreadable',
    message: notOpenableInWords(source, why),
    retryAfterS: RETRY_AFTER_S,
    extra: { source },
  }
}

/** By the database's clock, as everything that expires. */
async function openUntil(
  { pool }: Pick<Kernel, 'pool'>,
  { id }: Pick<Principal, 'id'>,
  requestId: string,
  revision: number,
): Promise<string | undefined> {
  const { rows } = await pool.query<{ until: string | null }>({
    name: 'open-request-until',
    text: `SELECT kernel.rfc3339(max(recorded_at) + make_interval(secs => $3::double precision / 1000)) AS until
             FROM kernel.event
            WHERE stream = $1 AND actor_id = $2 AND payload -> 'revision' = to_jsonb($4::integer)
              AND recorded_at > clock_timestamp() - make_interval(secs => $3::double precision / 1000)`,
    values: [revealStream({ console: 'kernel', kind: 'request' }, requestId), id, REVEAL_MS, revision],
  })
  return rows[0]?.until ?? undefined
}
