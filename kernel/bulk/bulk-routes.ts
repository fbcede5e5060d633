import { z } from 'zod'
import { actionType, byType, noteIn, replyTo, unknownAction } from '../actions/action-routes.ts'
import { eligiblePeople } from '../actions/eligible-people.ts'
import { fail, invalid, ok } from '../actions/failure.ts'
import { recordDenial } from '../actions/record-denial.ts'
import { ROW_STATES } from '../actions/request-record.ts'
import { noSuchRequest, visibleRequest } from '../actions/visible-requests.ts'
import { cursorParameter, encodeCursor, limitParameter } from '../http/cursor.ts'
import { fieldErrors } from '../http/field-errors.ts'
import { type Route, route } from '../http/route.ts'
import type { Kernel } from '../kernel.ts'
import { say, written } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { BULK_ROWS_MAX, bulkBody, bulkPreviewBody } from './bulk-request.ts'
import { bulkRowsPage } from './bulk-rows-page.ts'
import { considerBulk, rowOnWire, severalText } from './consider-bulk.ts'
import { recordDenials, submitBulk } from './submit-bulk.ts'

const ROWS_DEFAULT = 50
/** A thousand references and a note. */
const BODY_MAX_BYTES = 512 * 1024

/** K-19: one request over many records, and what became of each. */
export function bulkRoutes(kernel: Kernel): Route[] {
  const contains = ({ type }: Readonly<Record<string, string>>) =>
    type !== undefined && kernel.actions.get(type)?.containment === true

  const preview = route({
    method: 'POST',
    url: '/v1/actions/:type/bulk/preview',
    summary: `What an action would do to each of up to ${BULK_ROWS_MAX} records, and who must agree`,
    access: byType(kernel),
    containment: contains,
    params: actionType,
    body: bulkPreviewBody,
    bodyLimitBytes: BODY_MAX_BYTES,
    answer: 'BulkPreview',
    async handle({ principal, params, body, origin }) {
      const action = kernel.actions.get(params.type)
      if (!action) return fail(unknownAction(params.type))
      const parsed = bulkPreviewBody.safeParse(body)
      if (!parsed.success) return fail(invalid(...fieldErrors(parsed.error.issues)))
      const asked = { input: undefined, reason: undefined, ...parsed.data }
      const considered = await considerBulk(kernel, principal, action, asked)
      if (!considered.ok) {
        if (considered.failure.kind === 'forbidden') {
          await recordDenial(kernel, principal, origin, {
            action: action.name,
            movesMoney: action.movesMoney,
            code: considered.failure.code,
            resource: severalText(asked.rows.map(({ target }) => target)),
          })
        }
        return considered
      }
      const { accepted, refused, whole } = considered.value
      await recordDenials(kernel, { principal, origin, action }, refused)
      const byTarget = new Map(
        [...accepted, ...refused].map((row) => [row.target.id, rowOnWire(kernel, row)]),
      )
      const rule = whole?.rule
      return ok({
        body: {
          preview_digest: whole?.previewDigest ?? null,
          ...(whole?.preview ?? {
            summary: say`None of these records can be asked for.`,
            changes: [],
            effects: [],
          }),
          count: { accepted: accepted.length, refused: refused.length },
          rows: asked.rows.map(({ target }) => byTarget.get(target.id)),
          approvals: {
            required: rule?.required ?? 0,
            eligible_roles: rule?.eligibleRoles ?? [],
            expires_in_s: rule?.expiresInS ?? null,
            eligible_people:
              rule && rule.required > 0 ? await eligiblePeople(kernel, rule.eligibleRoles, principal.id) : [],
          },
          ...(rule?.stepUp?.requestMaxAgeS === undefined ? {} : { max_age_s: rule.stepUp.requestMaxAgeS }),
          fresh_at: (whole?.readAt ?? kernel.now()).toISOString(),
        },
      })
    },
  })

  const submit = route({
    method: 'POST',
    url: '/v1/actions/:type/bulk',
    summary: `Request an action over up to ${BULK_ROWS_MAX} records: one approval, and each record on its own`,
    access: byType(kernel),
    containment: contains,
    params: actionType,
    body: bulkBody,
    idempotencyKey: 'required',
    bodyLimitBytes: BODY_MAX_BYTES,
    answer: 'ActionRequest',
    async handle({ principal, params, body, origin, key }) {
      const action = kernel.actions.get(params.type)
      if (!action) return fail(unknownAction(params.type))
      const answer = await submitBulk(kernel, {
        principal,
        origin,
        action,
        door: `POST /v1/actions/${action.name}/bulk`,
        key,
        rawBody: (body ?? null) as Json,
        body,
      })
      return answer.ok ? replyTo(answer.value, noteIn(body)) : answer
    },
  })

  const rows = route({
    method: 'GET',
    url: '/v1/requests/:id/rows',
    summary: 'The records of a request over many, and what became of each',
    access: { permission: 'requests:read' },
    params: z.object({ id: z.uuid(written(say`must be the id of a request, a UUID`)) }),
    query: z.strictObject({
      state: z.enum(ROW_STATES).optional(),
      cursor: cursorParameter(z.strictObject({ position: z.int32().min(1) })).optional(),
      limit: limitParameter(ROWS_DEFAULT),
    }),
    answer: 'BulkRows',
    async handle({ params, query, principal }) {
      const record = await visibleRequest(kernel, principal, params.id)
      if (!record?.bulk) return fail(noSuchRequest(params.id))
      const { rows, next } = await bulkRowsPage(kernel, record.request_id, {
        state: query.state,
        after: query.cursor?.position ?? 0,
        limit: query.limit,
      })
      return ok({
        body: { rows, ...record.bulk, next_cursor: next === null ? null : encodeCursor(next) },
      })
    },
  })

  return [preview, submit, rows]
}
