import { z } from 'zod'
import type { ApprovalPolicy } from '../approvals/approval-policy.ts'
import { prohibition } from '../approvals/rule-sentence.ts'
import { takesMany } from '../bulk/bulk-request.ts'
import type { BoundAction } from '../console.ts'
import { entityRef, refText } from '../entities/entity-ref.ts'
import { fieldErrors } from '../http/field-errors.ts'
import { type GovernedDoor, type Reply, type Route, type RouteAccess, route } from '../http/route.ts'
import type { Kernel } from '../kernel.ts'
import { english } from '../languages/make-teller.ts'
import { type Said, say } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import { withAskedFrom } from './asked-from.ts'
import { type Door, OTHER, UNSPECIFIED } from './define-action.ts'
import { type Failure, fail, invalid, ok, type Result } from './failure.ts'
import type { Answer } from './idempotency.ts'
import { previewAction } from './preview-action.ts'
import { reasonOnWire } from './reason-on-wire.ts'
import { recordDenial, recordUnknownMembers } from './record-denial.ts'
import { submitAction } from './submit-action.ts'
import { waitForEffect } from './wait-for-effect.ts'
import { withReasonCodes } from './with-reason-codes.ts'

export const actionType = z.object({ type: z.string().max(128) })
const previewBody = z.strictObject({
  target: entityRef,
  input: z.record(z.string(), z.unknown()).optional(),
  reason: z.strictObject({ code: z.string().max(64), note: z.string().max(2_000).optional() }).optional(),
  /** The pending request that is about to be edited: what it would do in these words. */
  revises: z.uuid().optional(),
})

/** C-02 to C-04, and the doors that the declarations name. */
export function actionRoutes(kernel: Kernel): Route[] {
  const catalogue = route({
    method: 'GET',
    url: '/v1/actions',
    summary: 'Every action this person may ever request',
    access: 'signed-in',
    answer: 'Catalogue',
    async handle({ principal }) {
      const actions = [...kernel.actions.values()].filter(
        (action) =>
          kernel.access.mayEver(principal, action.name) ||
          kernel.access.mayEver(principal, `${action.name}:decide`),
      )
      const consoles = [...new Set(actions.map((action) => action.console))]
      const policies = new Map(
        await Promise.all(consoles.map(async (name) => [name, await kernel.policies.current(name)] as const)),
      )
      return ok({
        body: { actions: actions.map((action) => describe(kernel, action, policies.get(action.console))) },
      })
    },
  })

  const preview = route({
    method: 'POST',
    url: '/v1/actions/:type/preview',
    summary: 'What an action would do, and who must agree',
    access: byType(kernel),
    containment: ({ type }) => type !== undefined && kernel.actions.get(type)?.containment === true,
    params: actionType,
    async handle({ principal, params, body, origin }) {
      const action = kernel.actions.get(params.type)
      if (!action) return fail(unknownAction(params.type))
      const parsed = previewBody.safeParse(body)
      if (!parsed.success) return fail(invalid(...fieldErrors(parsed.error.issues)))
      const { target, input, reason, revises } = parsed.data
      if (target.kind !== action.targetKind) {
        return fail(
          invalid({
            field: 'target.kind',
            message: say`is not what this action acts on`,
            allowed: [action.targetKind],
          }),
        )
      }
      const previewed = await previewAction(
        kernel,
        principal,
        action,
        target,
        withAskedFrom(action, input, origin),
        reason,
        revises,
      )
      if (previewed.ok) return ok({ body: previewed.value })
      if (previewed.failure.kind === 'forbidden') {
        await recordDenial(kernel, principal, origin, {
          action: action.name,
          movesMoney: action.movesMoney,
          code: previewed.failure.code,
          resource: refText(target),
          breach: previewed.failure.breach,
        })
      }
      return previewed
    },
  })

  const submit = route({
    method: 'POST',
    url: '/v1/actions/:type',
    summary: 'Request an action',
    access: byType(kernel),
    containment: ({ type }) => type !== undefined && kernel.actions.get(type)?.containment === true,
    params: actionType,
    idempotencyKey: 'required',
    async handle({ principal, params, body, origin, key }) {
      const action = kernel.actions.get(params.type)
      if (!action) return fail(unknownAction(params.type))
      const answer = await submitAction(kernel, {
        principal,
        origin,
        action,
        door: `POST /v1/actions/${action.name}`,
        key,
        rawBody: (body ?? null) as Json,
        body,
        bindsPreview: false,
      })
      return answer.ok ? replyTo(answer.value, noteIn(body)) : answer
    },
  })

  return [
    catalogue,
    preview,
    submit,
    ...[...kernel.actions.values()].flatMap((action) =>
      action.door ? [doorRoute(kernel, action, action.door)] : [],
    ),
    ...kernel.consoles.flatMap(({ doors = {} }) =>
      Object.entries(doors).map(([name, door]) => {
        const action = kernel.actions.get(name)
        if (!action) throw new Error(`a door leads to ${name}, which is no action`)
        return doorRoute(kernel, action, door)
      }),
    ),
  ]
}

/** A door that a declaration names: its own spelling in front of the same write path. */
function doorRoute(kernel: Kernel, action: BoundAction, door: Door): Route {
  return route({
    method: door.method,
    url: door.path,
    summary: english(action.present.title),
    access: { governed: () => governed(action) },
    containment: () => action.containment,
    params: paramsOf(door.path),
    // A DELETE need not have one.
    ...(door.method === 'DELETE' ? {} : { body: door.body.strict() }),
    idempotencyKey: 'honoured',
    ...(door.beside ? {} : { answer: 'ActionRequest' }),
    async handle({ principal, params, body, origin, key }) {
      const parsed = door.body.strict().safeParse(door.method === 'DELETE' ? (body ?? {}) : body)
      if (!parsed.success) {
        await recordUnknownMembers(kernel, principal, origin, action.name, parsed.error.issues)
        return fail(
          invalid(...withReasonCodes(action, door.fields['reason.code'], fieldErrors(parsed.error.issues))),
        )
      }
      const asked = door.toRequest(parsed.data, params as Record<string, string>)
      const reason = reasonOf(action, asked)
      const answer = await submitAction(kernel, {
        principal,
        origin,
        action,
        door: `${door.method} ${door.path}`,
        key,
        rawBody: { params: params as Record<string, string>, body: (body ?? null) as Json },
        body: {
          target: { kind: action.targetKind, id: asked.targetId },
          input: asked.input,
          reason,
        },
        bindsPreview: true,
        asksNoReason: asked.reason === undefined,
      })
      if (!answer.ok) return fail(inNamesOf(door, answer.failure))
      // Where nothing is awaited, the answer waits a little for the effect (C-21).
      if (answer.value.requestId !== null && answer.value.status === 202) {
        const settled = await waitForEffect(kernel, answer.value.requestId, answer.value.body)
        if (settled) return inWordsOf(door, replyTo({ ...answer.value, ...settled }, reason.note, key))
      }
      return inWordsOf(door, replyTo(answer.value, reason.note, key))
    },
  })
}

/** The answer with what this door says beside the request. */
function inWordsOf({ beside, statusWhileOpen }: Door, reply: Result<Reply>): Result<Reply> {
  if (!beside || !reply.ok) return reply
  const { text, body = JSON.parse(String(text)), ...rest } = reply.value
  const request = body as { id: string; state: string }
  const status = rest.status === 202 ? (statusWhileOpen ?? 202) : rest.status
  return ok({
    ...rest,
    ...(status === undefined ? {} : { status }),
    body: { ...request, ...beside(request) },
  })
}

/** C-20: a code of the action as it is; free text as the note under `other`; nothing as `unspecified`. */
function reasonOf(
  action: BoundAction,
  asked: { reason?: string; reasonIsCode?: boolean },
): { code: string; note?: string } {
  const given = asked.reason
  if (given === undefined) return { code: UNSPECIFIED.code }
  if (asked.reasonIsCode || action.reasons.some(({ code }) => code === given)) return { code: given }
  return { code: OTHER.code, note: given }
}

/** Refused fields by the names that this door gives them. */
function inNamesOf(door: Door, failure: Failure): Failure {
  if (!failure.fields) return failure
  const fields = failure.fields.map((error) => ({
    ...error,
    field: door.fields[error.field] ?? error.field.replace(/^input\./, ''),
  }))
  return failure.kind === 'invalid' ? { ...failure, ...invalid(...fields) } : { ...failure, fields }
}

function governed(action: BoundAction): GovernedDoor {
  return { name: action.name, permissions: [action.name], movesMoney: action.movesMoney }
}

export function byType(kernel: Kernel): RouteAccess {
  return {
    governed({ type = '' }) {
      const action = kernel.actions.get(type)
      return action && governed(action)
    },
  }
}

/** The recorded answer, with the note put back that came with the request itself: what is recorded holds no free text. */
export function replyTo(answer: Answer, note: string | undefined, key?: string): Result<Reply> {
  if (answer.status >= 400) {
    const { code, message } = JSON.parse(answer.body) as { code: string; message: string }
    return fail({ kind: 'conflict', code, message, replayed: true })
  }
  const headers = {
    ...(answer.replayed ? { 'idempotency-replayed': 'true' } : {}),
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  }
  if (note === undefined) return ok({ status: answer.status, headers, text: answer.body })
  const resource = JSON.parse(answer.body) as { reason?: object }
  return ok({ status: answer.status, headers, body: { ...resource, reason: { ...resource.reason, note } } })
}

export function noteIn(body: unknown): string | undefined {
  const reason = (body as { reason?: { note?: unknown } } | undefined)?.reason
  return typeof reason?.note === 'string' ? reason.note : undefined
}

function paramsOf(path: string): z.ZodObject {
  const names = [...path.matchAll(/:([a-z_]+)/g)].map((match) => match[1] ?? '')
  return z.object(Object.fromEntries(names.map((name) => [name, entityRef.shape.id])))
}

function describe(
  kernel: Pick<Kernel, 'actions'>,
  action: BoundAction,
  policy: ApprovalPolicy | undefined,
): object {
  const forbidding = policy?.rules.find(
    (rule) => rule.action === action.name && rule.forbid && Object.keys(rule.when ?? {}).length === 0,
  )
  return {
    type: action.name,
    title: action.present.title,
    help: action.present.help,
    tone: action.present.tone,
    console: action.console,
    risk: action.risk,
    moves_money: action.movesMoney,
    target_kind: action.targetKind,
    input_schema: inWords(z.toJSONSchema(action.offeredSchema, { io: 'input' })),
    reasons: action.reasons.map(reasonOnWire),
    approvals: { required: action.approvals.required, eligible_roles: action.approvals.eligibleRoles },
    inverse: action.inverse,
    if_wrong: action.present.ifWrong,
    ...(forbidding ? { forbidden: prohibition(kernel, forbidding, action) } : {}),
    bulk: takesMany(action),
    doors: [
      { method: 'POST', path: `/v1/actions/${action.name}` },
      ...(action.door ? [{ method: action.door.method, path: action.door.path }] : []),
    ],
  }
}

/** A schema with what it calls its fields as sentences, so that they are told as any. */
function inWords(schema: object): object {
  const said = (english: string): Said => ({ say: english, with: [] })
  return JSON.parse(JSON.stringify(schema), (name, member: unknown) =>
    (name === 'title' || name === 'description') && typeof member === 'string' ? said(member) : member,
  )
}

export function unknownAction(type: string): Parameters<typeof fail>[0] {
  return {
    kind: 'not_found',
    code: 'no_such_action',
    message: say`There is no action "${type}". GET /v1/actions lists them.`,
  }
}
