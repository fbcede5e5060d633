import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { ok } from '../actions/failure.ts'
import { submissionBody } from '../actions/submission.ts'
import { BULK_ROWS_MAX, bulkBody, bulkPreviewBody, takesMany } from '../bulk/bulk-request.ts'
import type { BoundAction } from '../console.ts'
import { entityRef } from '../entities/entity-ref.ts'
import type { Kernel } from '../kernel.ts'
import { english } from '../languages/make-teller.ts'
import { say } from '../languages/say.ts'
import type { Operation } from './operation.ts'
import { publicRoute, type Route } from './route.ts'
import { WIRE_SCHEMAS } from './wire-schemas.ts'

type Members = Record<string, unknown>

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}
/** Stands in the list of routes for every action; the document has an entry for each action in its place. */
const BY_TYPE = '/v1/actions/:type'
const KEY_HEADER = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'A new value for each intent, the same for its repetitions; the answer is then the recorded one.',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
}

/** C-16: the contract of everything that is served, made of the routes and the declarations. */
export function openApiRoute(kernel: Kernel, app: FastifyInstance): Route {
  let made: string | undefined
  return publicRoute({
    method: 'GET',
    url: '/openapi.json',
    summary: 'This contract (OpenAPI 3.1)',
    async handle() {
      made ??= JSON.stringify(openApiDocument(kernel, app.operations))
      return ok({ text: made })
    },
  })
}

/** @returns an OpenAPI 3.1 document */
export function openApiDocument(kernel: Kernel, operations: readonly Operation[]): Members {
  const paths: Record<string, Members> = {}
  const add = (method: string, url: string, operation: Members) => {
    const path = url.replace(/:([A-Za-z_]+)/g, '{$1}').replace('*', '{path}')
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation }
  }
  const doors = new Map<string, BoundAction>(
    [...kernel.actions.values()].flatMap((action) =>
      action.door ? [[`${action.door.method} ${action.door.path}`, action] as const] : [],
    ),
  )
  for (const operation of operations) {
    if (operation.url.startsWith(BY_TYPE)) continue
    const action = doors.get(`${operation.method} ${operation.url}`)
    add(operation.method, operation.url, describe(operation, action))
  }
  for (const action of kernel.actions.values()) {
    for (const entry of entriesOf(action)) add(entry.method, entry.url, describe(entry, action))
  }
  return {
    openapi: '3.1.0',
    info: {
      title: say`Countersign`,
      version,
      description:
        'Every action that changes something is requested, countersigned where its policy asks for it, done once, and recorded.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: kernel.consoles.map(({ name, title }) => ({ name, description: title })),
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'RS256 or ES256, of the configured issuer',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'countersign_session',
          description: 'Made by /auth/login',
        },
      },
      schemas: Object.fromEntries(
        Object.entries(WIRE_SCHEMAS).map(([name, schema]) => [name, jsonSchema(schema, 'output')]),
      ),
      responses: {
        Problem: {
          description: 'Not carried out, and why (RFC 9457)',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  }
}

/** An action's entries, from its declaration: to preview it and to request it, on one record and, where it can be, on many. */
function entriesOf(action: BoundAction): Operation[] {
  const needsDigest = action.risk === 'high' || action.risk === 'critical'
  const target = entityRef.extend({ kind: z.literal(action.targetKind) })
  const code = z.enum(action.reasons.map((reason) => reason.code))
  const reason = submissionBody.shape.reason.extend({ code })
  const { preview_digest } = submissionBody.shape
  const common = { method: 'POST', access: [action.name] } as const
  const rows = bulkBody.shape.rows.element.extend({ target }).array().min(1).max(BULK_ROWS_MAX)
  const input = action.offeredSchema.optional()
  const title = english(action.present.title)
  return [
    {
      ...common,
      url: `/v1/actions/${action.name}/preview`,
      summary: `What "${title}" would do, and who must agree`,
      body: z.strictObject({ target, input, reason: reason.optional() }),
      answer: 'Preview',
    },
    {
      ...common,
      url: `/v1/actions/${action.name}`,
      summary: title,
      body: submissionBody.extend({
        target,
        input,
        reason,
        preview_digest: needsDigest ? preview_digest.unwrap() : preview_digest,
      }),
      idempotencyKey: 'required',
      answer: 'ActionRequest',
    },
    ...(takesMany(action)
      ? [
          {
            ...common,
            url: `/v1/actions/${action.name}/bulk/preview`,
            summary: `What "${title}" would do to each of many records`,
            body: bulkPreviewBody.extend({ rows, input, reason: reason.optional() }),
            answer: 'BulkPreview',
          },
          {
            ...common,
            url: `/v1/actions/${action.name}/bulk`,
            summary: `${title}: many records at once, one approval`,
            body: bulkBody.extend({ rows, input, reason }),
            idempotencyKey: 'required' as const,
            answer: 'ActionRequest',
          },
        ]
      : []),
  ]
}

function describe(operation: Operation, action: BoundAction | undefined): Members {
  const { access, body, idempotencyKey, answer } = operation
  return {
    operationId: operationId(operation, action),
    summary: operation.summary,
    ...(action
      ? { tags: [action.console], description: action.present.help && english(action.present.help) }
      : {}),
    parameters: [
      ...parametersOf('path', operation.url, operation.params),
      ...parametersOf('query', operation.url, operation.query),
      ...(idempotencyKey ? [{ ...KEY_HEADER, required: idempotencyKey === 'required' }] : []),
    ],
    ...(body ? { requestBody: { required: true, content: json(jsonSchema(body, 'input')) } } : {}),
    ...(operation.takesBytes
      ? {
          requestBody: {
            required: true,
            content: Object.fromEntries(operation.takesBytes.map((type) => [type, {}])),
          },
        }
      : {}),
    responses: {
      ...successesOf(operation),
      ...Object.fromEntries(
        refusalsOf(operation).map((status) => [status, { $ref: '#/components/responses/Problem' }]),
      ),
    },
    security: access === 'public' ? [] : [{ bearer: [] }, { session: [] }],
    ...(Array.isArray(access) ? { 'x-countersign-permissions': access } : {}),
    ...(action && answer === 'ActionRequest'
      ? { 'x-countersign-action': { type: action.name, risk: action.risk, moves_money: action.movesMoney } }
      : {}),
  }
}

function successesOf({ answer, answerType, method, idempotencyKey }: Operation): Members {
  const content = answer
    ? { content: json({ $ref: `#/components/schemas/${answer}` }) }
    : answerType
      ? { content: { [answerType]: {} } }
      : {}
  const asynchronous = method !== 'GET' && idempotencyKey !== undefined
  return {
    200: { description: 'Done', ...content },
    ...(asynchronous ? { 202: { description: 'Waiting, or under way', ...content } } : {}),
  }
}

function refusalsOf({ access, method, url, idempotencyKey, takesBytes }: Operation): number[] {
  const changes = method !== 'GET'
  return [
    400,
    ...(access === 'public' ? [] : [401]),
    ...(Array.isArray(access) ? [403] : []),
    ...(/[:*]/.test(url) || idempotencyKey ? [404] : []),
    ...(idempotencyKey ? [409, 410, 422] : []),
    ...(changes ? [413, 415] : []),
    503,
    // Files are kept for whoever is known here; what a public door takes is read and let go.
    ...(takesBytes && access !== 'public' ? [507] : []),
  ]
}

function parametersOf(place: 'path' | 'query', url: string, schema: z.ZodType | undefined): Members[] {
  const { properties = {}, required = [] } = (schema ? jsonSchema(schema, 'input') : {}) as {
    properties?: Record<string, Members>
    required?: string[]
  }
  if (place === 'query') {
    return Object.entries(properties).map(([name, property]) => ({
      name,
      in: place,
      required: required.includes(name),
      schema: property,
    }))
  }
  const names = [...url.matchAll(/:([A-Za-z_]+)|\*/g)].map((match) => match[1] ?? '*')
  return names.map((name) => ({
    name: name === '*' ? 'path' : name,
    in: place,
    required: true,
    schema: properties[name] ?? { type: 'string' },
  }))
}

/** `transfers_return_transfer`, `transfers_return_transfer_preview`, `post_returns`, `get_v1_requests_id`. */
function operationId({ method, url }: Operation, action: BoundAction | undefined): string {
  const named = action && url.startsWith('/v1/actions/')
  const text = named ? url.slice('/v1/actions/'.length) : `${method.toLowerCase()}${url}`
  return text
    .replace('*', 'path')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_|_$/g, '')
}

function json(schema: Members): Members {
  return { 'application/json': { schema } }
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Members {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}
