import { z } from 'zod'
import {
  type DecisionKind,
  decideOnRequest,
  decisionBodies,
  mayDecide,
} from '../approvals/decide-on-request.ts'
import { editBody, editRequest, mayEdit } from '../approvals/edit-request.ts'
import { bulkUndoOffer } from '../bulk/undo-bulk.ts'
import { affordancesOf } from '../entities/affordances.ts'
import { cursorParameter, cursorTime, cursorTimeSql, encodeCursor, limitParameter } from '../http/cursor.ts'
import { type Asked, admitted, type GovernedDoor, type Route, route } from '../http/route.ts'
import type { Kernel } from '../kernel.ts'
import { say, written } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { hiddenFields } from '../reveal/hidden-fields.ts'
import { unopenedInput } from '../reveal/opened-input.ts'
import { replyTo } from './action-routes.ts'
import { currentPreview } from './current-preview.ts'
import { eligiblePeople } from './eligible-people.ts'
import { fail, ok } from './failure.ts'
import { readContext } from './read-context.ts'
import { requestEntityType } from './request-entity.ts'
import { loadRequest, REQUEST_COLUMNS, REQUEST_STATES, type RequestRecord } from './request-record.ts'
import { requestResource } from './request-resource.ts'
import { requestsBeside } from './requests-beside.ts'
import { seenOf } from './seen-evidence.ts'
import { undoOffer } from './undo-request.ts'
import { noSuchRequest, targetKnownTo, visibleRequest, visibleTypes } from './visible-requests.ts'

const requestId = z.object({ id: z.uuid(written(say`must be the id of a request, a UUID`)) })
const cursor = cursorParameter(z.strictObject({ at: cursorTime, id: z.uuid() }))
const LIST_DEFAULT = 50
/** A request over many records that waits is open on each of them. */
const IS_OVER_IT = `q.state IN ('pending', 'authorized') AND EXISTS (
              SELECT FROM kernel.bulk_row r WHERE r.request_id = q.request_id AND r.target_kind = $5 AND r.target_id = $6)`
/** Nobody has agreed to it or rejected it, and its time is not up. */
const IS_OPEN_EMERGENCY = `EXISTS (
              SELECT FROM kernel.emergency e WHERE e.request_id = q.request_id
                 AND NOT EXISTS (SELECT FROM kernel.emergency_end x WHERE x.request_id = e.request_id))`
/** Agreed to, due, and not at their end: few at any time, and found by that. */
const UNDER_WAY = `SELECT o.request_id FROM kernel.outbox o
              WHERE o.connector = 'bulk' AND o.settled_at IS NULL AND o.available_at <= clock_timestamp()`
/** Of those that wait for their time the next is the first; of all others the newest. */
const BY_AGE = { at: 'q.created_at', beyond: '<', order: 'DESC' } as const
const BY_TIME = { at: 's.scheduled_for', beyond: '>', order: 'ASC' } as const
const DECISIONS: Readonly<Record<DecisionKind, string>> = {
  approve: 'Approve a request, or agree to an emergency that is in force',
  reject: 'Reject a request; an emergency in force is then lifted',
  cancel: 'Cancel a request of one’s own',
  renew: 'Keep an emergency in force for another term while it waits for approval',
}

/** C-05, C-06. */
export function requestRoutes(kernel: Kernel): Route[] {
  const one = route({
    method: 'GET',
    url: '/v1/requests/:id',
    summary: 'A request with its transitions; while it is pending, with what it would do now',
    access: { permission: 'requests:read' },
    params: requestId,
    answer: 'ActionRequest',
    async handle({ params, principal }) {
      const record = await visibleRequest(kernel, principal, params.id)
      if (!record) {
        return fail(noSuchRequest(params.id))
      }
      const resource = await requestResource(kernel, record, principal)
      const target = { kind: 'request', id: params.id }
      const itself = await requestEntityType.read(params.id, undefined, readContext(kernel))
      const affordances = await affordancesOf(
        kernel,
        principal,
        target,
        itself.status === 'found' ? itself : undefined,
      )
      const undo = record.bulk ? await bulkUndoOffer(kernel, record) : undoOffer(kernel, record)
      const seen = await seenOf(kernel.pool, params.id)
      const action = kernel.actions.get(record.type)
      const { fields } = action ? await hiddenFields(kernel, action, record) : { fields: [] }
      const left = action ? await unopenedInput(kernel, principal, action, record, fields) : []
      const personal = fields.map(({ path, title, shown }) => ({ path, title, shown }))
      const toOpen = {
        ...(personal.length === 0 ? {} : { personal }),
        ...(left.length === 0 ? {} : { to_open: left }),
      }
      const asked = () => eligiblePeople(kernel, record.revision?.eligible_roles ?? [], record.requested_by)
      // Each record of many has its own; they are seen to where each is carried out.
      const others = async () => (record.bulk ? [] : requestsBeside(kernel, principal, besideOf(record)))
      if (record.state !== 'pending') {
        // What is in force before others have agreed still asks for their word.
        const open = record.emergency?.outcome === null
        const people = open ? { eligible_people: await asked() } : {}
        return ok({
          body: {
            ...resource,
            ...(open ? toOpen : {}),
            seen,
            ...people,
            ...(undo ? { undo } : {}),
            affordances,
          },
        })
      }
      const [now, people, beside] = await Promise.all([currentPreview(kernel, record), asked(), others()])
      return ok({
        body: {
          ...resource,
          ...now,
          ...toOpen,
          ...(beside.length === 0 ? {} : { beside }),
          seen,
          eligible_people: people,
          affordances,
        },
      })
    },
  })

  const list = route({
    method: 'GET',
    url: '/v1/requests',
    summary: 'Requests, newest first; those that wait for their time (`scheduled=waiting`), soonest first',
    answer: 'ActionRequests',
    access: { permission: 'requests:read' },
    query: z.strictObject({
      state: z.enum(REQUEST_STATES).optional(),
      type: z.string().max(128).optional(),
      requested_by: z.string().max(128).optional(),
      target_kind: z.string().max(64).optional(),
      target_id: z.string().max(128).optional(),
      without_target_kind: z.string().max(64).optional(),
      /** The rows of requests over many records are left out. */
      without_parts: z.enum(['true']).optional(),
      /** Those for a later time: that wait for it, or that came to nothing when it had come. */
      scheduled: z.enum(['waiting', 'suspended', 'any']).optional(),
      /** Those that others are still to agree to: they wait for it, or are in force as an emergency until then. */
      undecided: z.enum(['true']).optional(),
      /** Those over many records that are being carried out. */
      under_way: z.enum(['true']).optional(),
      cursor: cursor.optional(),
      limit: limitParameter(LIST_DEFAULT),
    }),
    async handle({ query, principal }) {
      const sort = query.scheduled === 'waiting' ? BY_TIME : BY_AGE
      const { rows } = await kernel.pool.query<RequestRecord & { sorted_at: string }>(
        `SELECT ${REQUEST_COLUMNS}, ${cursorTimeSql(sort.at)} AS sorted_at
           FROM kernel.action_request q
           LEFT JOIN kernel.action_revision s ON s.request_id = q.request_id AND s.revision = q.revision
          WHERE q.type = ANY ($1) AND ${targetKnownTo({ person: '$15', roles: '$16::text[]', types: '$1' })}
            AND ($2::text IS NULL OR q.state = $2) AND ($3::text IS NULL OR q.type = $3)
            AND ($4::text IS NULL OR q.requested_by = $4)
            AND ($5::text IS NULL OR q.target_kind = $5 OR ${IS_OVER_IT}) AND ($6::text IS NULL OR q.target_id = $6 OR ${IS_OVER_IT})
            AND ($7::timestamptz IS NULL OR (${sort.at}, q.request_id) ${sort.beyond} ($7, $8))
            AND ($10::text IS NULL OR q.target_kind <> $10)
            AND ($11::text IS NULL OR q.door <> 'bulk')
            AND ($12::text IS NULL
                 OR q.state = ANY (CASE $12 WHEN 'waiting' THEN ARRAY['pending', 'authorized']
                                           WHEN 'suspended' THEN ARRAY['stale']
                                           ELSE ARRAY['pending', 'authorized', 'stale'] END)
                    AND s.scheduled_for IS NOT NULL
                    AND NOT EXISTS (SELECT FROM kernel.withdrawal w WHERE w.request_id = q.request_id))
            AND ($13::text IS NULL OR q.state = 'pending' OR ${IS_OPEN_EMERGENCY})
            AND ($14::text IS NULL OR q.request_id IN (${UNDER_WAY}))
          ORDER BY ${sort.at} ${sort.order}, q.request_id ${sort.order}
          LIMIT $9`,
        [
          visibleTypes(kernel, principal),
          query.state ?? null,
          query.type ?? null,
          query.requested_by === 'me' ? principal.id : (query.requested_by ?? null),
          query.target_kind ?? null,
          query.target_id ?? null,
          query.cursor?.at ?? null,
          query.cursor?.id ?? null,
          query.limit + 1,
          query.without_target_kind ?? null,
          query.without_parts ?? null,
          query.scheduled ?? null,
          query.undecided ?? null,
          query.under_way ?? null,
          principal.id,
          [...principal.roles],
        ],
      )
      const page = rows.slice(0, query.limit)
      const last = page.at(-1)
      return ok({
        body: {
          requests: await Promise.all(page.map((record) => requestResource(kernel, record, principal))),
          next_cursor:
            rows.length > query.limit && last
              ? encodeCursor({ at: last.sorted_at, id: last.request_id })
              : null,
        },
      })
    },
  })

  const decisions = (['approve', 'reject', 'cancel', 'renew'] as const).map((what) =>
    route({
      method: 'POST',
      url: `/v1/requests/:id/${what}`,
      summary: DECISIONS[what],
      access: { governed: () => decidingDoor(kernel, what) },
      containment: ({ id }) => isContainment(kernel, id),
      decides: true,
      params: requestId,
      body: decisionBodies[what],
      idempotencyKey: 'required',
      answer: 'ActionRequest',
      handle: admitted(
        ({ principal, origin, params }: Asked<{ id: string }>) =>
          mayDecide(kernel, { principal, origin, what }, params.id),
        async ({ principal, origin, body, key }, record) => {
          const door = `POST /v1/requests/{id}/${what}`
          const rawBody = (body ?? null) as Json
          const decided = await decideOnRequest(
            kernel,
            { principal, origin, what, door, key },
            record,
            rawBody,
          )
          return decided.ok ? replyTo(decided.value, undefined) : decided
        },
      ),
    }),
  )

  const edit = route({
    method: 'POST',
    url: '/v1/requests/:id/edit',
    summary: 'A new revision of a pending request; approvals given so far are void',
    access: { governed: () => decidingDoor(kernel, 'edit') },
    params: requestId,
    body: editBody,
    idempotencyKey: 'required',
    answer: 'ActionRequest',
    handle: admitted(
      ({ principal, origin, params }: Asked<{ id: string }>) =>
        mayEdit(kernel, { principal, origin }, params.id),
      async ({ principal, origin, body, key }, record) => {
        const door = 'POST /v1/requests/{id}/edit'
        const rawBody = (body ?? null) as Json
        const edited = await editRequest(kernel, { principal, origin, door, key }, record, rawBody)
        return edited.ok ? replyTo(edited.value, undefined) : edited
      },
    ),
  })

  return [one, list, ...decisions, edit]
}

function besideOf(record: RequestRecord) {
  return {
    action: record.type,
    target: { kind: record.target_kind, id: record.target_id },
    request: record.request_id,
  }
}

/** Which request it is, and so which action, shows only once it is read: until then, any that may be decided on. */
function decidingDoor(kernel: Kernel, what: DecisionKind | 'edit'): GovernedDoor {
  const types = [...kernel.actions.keys()]
  const decides = what !== 'cancel' && what !== 'edit'
  return {
    name: `requests:${what}`,
    permissions: decides ? types.map((type) => `${type}:decide`) : types,
    movesMoney: true,
  }
}

/** Deciding on a request to contain is part of containing. */
async function isContainment(kernel: Kernel, id: string | undefined): Promise<boolean> {
  const record = id === undefined ? undefined : await loadRequest(kernel.pool, id)
  return record !== undefined && kernel.actions.get(record.type)?.containment === true
}
