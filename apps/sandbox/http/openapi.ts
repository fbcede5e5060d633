import { z } from 'zod'
import { REFUSALS, type RefusalCode } from './problem.ts'
import type { Route } from './route.ts'

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string' },
    code: { type: 'string', enum: Object.keys(REFUSALS) },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, message: { type: 'string' }, allowed: { type: 'array' } },
      },
    },
  },
}

/** What any request may be refused for. */
const ALWAYS: readonly RefusalCode[] = [
  'unauthorized',
  'not_for_staging',
  'internal_error',
  'misbehaving',
  'refusing',
]
const WITH_BODY: readonly RefusalCode[] = ['malformed_json', 'body_too_large', 'unsupported_media_type']

/** The OpenAPI 3.1 document of one upstream, from the schemas that its routes parse with. */
export function openApiDocument(upstream: string, routes: readonly Route[]): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: `Countersign reference platform: ${upstream}`,
      version: '1.0.0',
      description: 'See docs/connectors/upstream-contract.md.',
    },
    servers: [{ url: `/${upstream}` }],
    security: [{ apiKey: [] }],
    components: {
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: PROBLEM },
    },
    paths,
  }
}

function operation(route: Route): Record<string, unknown> {
  return {
    operationId: route.operationId,
    summary: route.summary,
    parameters: [
      ...parameters(route.params, 'path'),
      ...parameters(route.query, 'query'),
      ...(route.key ? [header('Idempotency-Key', route.key === 'required')] : []),
      ...(route.conditional ? [header('If-Match', false)] : []),
    ],
    ...(route.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: jsonSchema(route.body, 'input') } },
          },
        }
      : {}),
    responses: { ...replies(route), ...refusals(route) },
  }
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query'): unknown[] {
  if (!(schema instanceof z.ZodObject)) return []
  return Object.entries(schema.shape).map(([name, member]) => ({
    name,
    in: place,
    required: place === 'path' || !z.safeParse(member, undefined).success,
    schema: jsonSchema(member, 'output'),
  }))
}

function header(name: string, required: boolean): unknown {
  return { name, in: 'header', required, schema: { type: 'string' } }
}

function replies(route: Route): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(route.replies).map(([status, schema]) => [
      status,
      {
        description: status === '204' ? 'Done; no content' : 'Done',
        ...(schema ? { content: { 'application/json': { schema: jsonSchema(schema, 'output') } } } : {}),
      },
    ]),
  )
}

function refusals(route: Route): Record<string, unknown> {
  const codes = new Set([...route.refusals, ...ALWAYS, ...(route.method === 'GET' ? [] : WITH_BODY)])
  const byStatus = new Map<number, RefusalCode[]>()
  for (const code of codes) {
    const [status] = REFUSALS[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, of]) => [
      status,
      {
        description: of.map((code) => `\`${code}\`: ${REFUSALS[code][1]}`).join('; '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  )
}

function jsonSchema(schema: z.core.$ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _, ...document } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' })
  return document
}
