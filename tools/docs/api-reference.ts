import type { Access } from '@countersign/kernel/access/access.ts'
import type { MountedConsole } from '@countersign/kernel/console.ts'
import { english } from '@countersign/kernel/languages/make-teller.ts'

type Schema = {
  readonly type?: string | readonly string[]
  readonly title?: string
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly format?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly anyOf?: readonly Schema[]
}
type Parameter = {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly schema: Schema
  readonly description?: string
}
type Operation = {
  readonly summary: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> }
  readonly responses: Readonly<Record<string, unknown>>
  readonly security: readonly unknown[]
  readonly 'x-countersign-permissions'?: readonly string[]
}
/** As much of the OpenAPI document as is shown. */
export type Contract = { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }

/** Has a page of its own under `docs/generated/actions`, with its input and reasons. */
const OF_ACTIONS = '/v1/actions/'
const COMMON = 'kernel'

const REFUSALS: Readonly<Record<string, string>> = {
  400: 'a member is missing or wrong, and is named with what is allowed',
  401: 'nobody is signed in',
  403: 'the role that is needed is not held; it is named',
  404: 'it is not there, or not for this person to know of',
  409: 'it cannot be done as things stand, and why',
  410: 'the answer to this key is kept no longer',
  413: 'the body is too large',
  415: 'the body is not of a type that is taken',
  422: 'the key was used for something else',
  503: 'the system of record does not answer; nothing was done',
  507: 'there is no room for files',
}

/** The reference by page (`platform.md`): what each console is asked by HTTP, made of the published contract alone. */
export function apiReference(
  { paths }: Contract,
  consoles: readonly MountedConsole[],
  access: Access,
): ReadonlyMap<string, string> {
  const pages = new Map<string, string[]>()
  const doors = new Map(
    consoles.flatMap(({ name, doors = {} }) =>
      Object.values(doors).map(({ path }) => [open(path), name] as const),
    ),
  )
  const names = consoles.map(({ name }) => name)
  const listed = Object.entries(paths).flatMap(([path, methods]) =>
    path.startsWith(OF_ACTIONS)
      ? []
      : Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  for (const { path, method, operation } of listed.sort(byPath)) {
    const name = doors.get(path) ?? consoleOf(operation, names)
    const sections = pages.get(name) ?? []
    sections.push(section(method, path, operation, access))
    pages.set(name, sections)
  }
  const titleOf = (name: string) => english(consoles.find((console) => console.name === name)?.title ?? name)
  return new Map(
    [...pages].map(([name, sections]) => [
      `${name === COMMON ? 'common' : name}.md`,
      [
        name === COMMON ? '# API: what all consoles share' : `# API: ${titleOf(name)}`,
        'Made of the contract that the server publishes at `/openapi.json`; a test says when it is not the same any more. What is asked for as an action (`POST /v1/actions/…`) has [a page for each](../generated/actions/README.md).',
        'Every request carries a bearer token or the cookie of a session. Times are RFC 3339, amounts decimals as text with their currency, lists go on at `next_cursor`. A refusal is `application/problem+json` (RFC 9457) and names what to do.',
        table(
          ['refused with', 'because'],
          Object.entries(REFUSALS).map(([status, why]) => [status, why]),
        ),
        ...sections,
      ]
        .join('\n\n')
        .concat('\n'),
    ]),
  )
}

type Listed = { readonly path: string; readonly method: string }

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

function byPath(a: Listed, b: Listed): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1
  return METHODS.indexOf(a.method) - METHODS.indexOf(b.method)
}

/** `/users/:id` as the contract writes it. */
function open(path: string): string {
  return path.replace(/:([A-Za-z_]+)/g, '{$1}')
}

/** The console whose permission it needs; what several need is of all. */
function consoleOf(operation: Operation, names: readonly string[]): string {
  const [tag] = operation.tags ?? []
  if (tag !== undefined) return tag
  const needed = new Set(
    (operation['x-countersign-permissions'] ?? []).map((permission) => permission.split(/[.:]/)[0] ?? ''),
  )
  const [one] = needed
  return needed.size === 1 && one !== undefined && names.includes(one) ? one : COMMON
}

function section(method: string, path: string, operation: Operation, access: Access): string {
  const { parameters, requestBody, responses } = operation
  const body = requestBody?.content['application/json']?.schema
  const bytes = body === undefined ? Object.keys(requestBody?.content ?? {}) : []
  const refusals = Object.keys(responses).filter((status) => REFUSALS[status] !== undefined)
  return [
    `## ${method.toUpperCase()} ${path}`,
    [operation.summary, operation.description].filter(Boolean).join('. ').concat('.').replace('..', '.'),
    `Who may: ${whoMay(operation, access)}.`,
    ...(parameters.length === 0
      ? []
      : [
          table(
            ['parameter', 'in', 'required', 'what'],
            parameters.map((parameter) => [
              `\`${parameter.name}\``,
              parameter.in,
              parameter.required ? 'yes' : 'no',
              [shape(parameter.schema), parameter.description].filter(Boolean).join('; '),
            ]),
          ),
        ]),
    ...(body?.properties === undefined
      ? []
      : [
          table(
            ['member', 'required', 'what'],
            Object.entries(body.properties).map(([name, property]) => [
              `\`${name}\``,
              body.required?.includes(name) === true ? 'yes' : 'no',
              [shape(property), property.title, property.description].filter(Boolean).join('; '),
            ]),
          ),
        ]),
    ...(bytes.length === 0 ? [] : [`The body is ${bytes.map((type) => `\`${type}\``).join(' or ')}.`]),
    `Refused with ${refusals.join(', ')}.`,
  ].join('\n\n')
}

function whoMay(operation: Operation, access: Access): string {
  if (operation.security.length === 0) return 'everybody, without signing in'
  const permissions = operation['x-countersign-permissions']
  if (permissions === undefined) return 'everybody who is signed in'
  const roles = [...new Set(permissions.flatMap((permission) => access.rolesFor(permission)))].sort()
  return roles.length === 0 ? 'nobody' : roles.map((role) => `\`${role}\``).join(', ')
}

/** What a value may be, in few words. */
function shape(schema: Schema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ')
  if (schema.anyOf !== undefined) return schema.anyOf.map(shape).join(' or ')
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : (schema.type ?? 'any value')
  if (type === 'array') return `list of ${schema.items === undefined ? 'values' : shape(schema.items)}`
  const limits = [
    ...(schema.format === undefined ? [] : [schema.format]),
    ...(schema.minimum === undefined ? [] : [`from ${schema.minimum}`]),
    // What only a number format bounds is no bound that anybody would meet.
    ...(schema.maximum === undefined || schema.maximum > 2 ** 31 ? [] : [`to ${schema.maximum}`]),
    ...(schema.maxLength === undefined ? [] : [`at most ${schema.maxLength} characters`]),
  ]
  return [type, ...limits].join(', ')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
