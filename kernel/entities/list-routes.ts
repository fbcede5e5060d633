import { z } from 'zod'
import { fail, invalid, ok } from '../actions/failure.ts'
import type { BoundEntity } from '../console.ts'
import { cursorParameter, encodeCursor, limitParameter } from '../http/cursor.ts'
import { type Route, route } from '../http/route.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { say, type Text } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import type { ListedRecord, Register } from './define-entity.ts'
import { unreadable } from './visible-entity.ts'

const LIST_DEFAULT = 50
/** The place is the upstream's own; ours only carries it. */
const place = z.strictObject({ upstream: z.string().max(512) })

/** C-24: the records of a kind, read through from where they live; at a door of their own too, where a contract has one. */
export function listRoutes(kernel: Kernel): Route[] {
  return [registersRoute(kernel), ...recordRoutes(kernel)]
}

/** What the pages of lists are made of, for those kinds that this person may look through. */
function registersRoute(kernel: Kernel): Route {
  return route({
    method: 'GET',
    url: '/v1/lists',
    summary: 'The lists of records that this person may look through',
    answer: 'ListCatalogue',
    access: { permission: 'kernel:read' },
    async handle({ principal }) {
      return ok({
        body: {
          lists: [...kernel.entities.values()].flatMap(({ kind, console, list }) =>
            list?.register && kernel.access.mayEver(principal, `${console}:read`)
              ? [{ kind, console, ...catalogued(list.register, list.filters) }]
              : [],
          ),
        },
      })
    },
  })
}

/** @throws Error where it offers a filter that the list does not know */
function catalogued({ title, note, columns, filters, actionsOf }: Register<unknown>, known: z.ZodObject) {
  return {
    title,
    note: note ?? null,
    columns: columns.map(({ key, title, type, stays }) => ({
      ...{ key, title, type },
      ...(stays ? { stays } : {}),
    })),
    filters: filters.map(({ key, title, type, hint, record }) => {
      const schema = known.shape[key]
      if (!schema) throw new Error(`a list offers the filter "${key}", which it does not know`)
      const options = optionsOf(schema)
      return {
        ...{ key, title },
        ...(type === undefined ? {} : { type }),
        ...(hint === undefined ? {} : { hint }),
        ...(record === undefined ? {} : { record }),
        ...(options === undefined ? {} : { options }),
      }
    }),
    actions_of: actionsOf ?? [],
  }
}

function optionsOf(schema: z.ZodType): readonly string[] | undefined {
  if (schema instanceof z.ZodOptional) return optionsOf(schema.unwrap() as z.ZodType)
  return schema instanceof z.ZodEnum ? schema.options.map(String) : undefined
}

function fieldsOf({ columns }: Register<unknown>, state: unknown): Record<string, Json> {
  return Object.fromEntries(columns.map(({ key, value }) => [key, value(state)]))
}

function recordRoutes(kernel: Kernel): Route[] {
  return [...kernel.entities.values()].flatMap((entity) => {
    const { kind, list } = entity
    if (!list) return []
    const { door } = list
    return [
      listRoute(kernel, entity, list, {
        ...{ url: `/v1/entities/${kind}`, summary: `Records of the kind ${kind}`, member: 'entities' },
        answer: 'EntityList',
        item: ({ id, state, version }) => {
          // Whoever reads a list opens none of its records: it has no more of them than who may not see them as they are.
          const masked = entity.sensitive?.masked(state) ?? state
          const { title, state: shown } = entity.present(masked)
          return {
            ...{ kind, id, version, title, state: shown },
            ...(list.register ? { fields: fieldsOf(list.register, masked) } : {}),
          }
        },
      }),
      ...(door
        ? [
            listRoute(kernel, entity, list, {
              ...{ url: door.path, summary: door.summary, member: door.member },
              item: ({ state }) => door.item(state),
              beside: door.beside,
            }),
          ]
        : []),
    ]
  })
}

type Served = {
  readonly url: string
  readonly summary: string
  /** Of the answer, that holds the records. */
  readonly member: string
  readonly answer?: string
  readonly item: (record: ListedRecord<unknown>) => Readonly<Record<string, Json>>
  readonly beside?: Readonly<Record<string, Json | Text>> | undefined
}

function listRoute(
  kernel: Kernel,
  entity: BoundEntity,
  list: NonNullable<BoundEntity['list']>,
  { url, summary, member, answer, item, beside }: Served,
): Route {
  const filterNames = Object.keys(list.filters.shape)
  return route({
    method: 'GET',
    url,
    summary,
    ...(answer === undefined ? {} : { answer }),
    access: { permission: `${entity.console}:read` },
    query: list.filters
      .safeExtend({ cursor: cursorParameter(place).optional(), limit: limitParameter(LIST_DEFAULT) })
      .strict(),
    async handle({ query, principal }) {
      const { cursor, limit, ...given } = query as { cursor?: { upstream: string }; limit: number }
      const filters = Object.fromEntries(
        filterNames.map((name) => [name, (given as Record<string, string | undefined>)[name]]),
      )
      const page = await list.page({ limit, cursor: cursor?.upstream, filters }, undefined, (question) =>
        question(kernel),
      )
      switch (page.status) {
        case 'no_such_cursor':
          return fail(invalid({ field: 'cursor', message: say`is not a cursor that this list gave` }))
        case 'unreadable':
          return fail(unreadable(page))
        case 'found':
          return ok({
            body: {
              ...beside,
              [member]: page.records.filter((record) => isSeenBy(principal, record)).map(item),
              next_cursor: page.nextCursor === null ? null : encodeCursor({ upstream: page.nextCursor }),
            },
          })
      }
    },
  })
}

/** Another tenant's record does not exist for this person. */
function isSeenBy({ tenants }: Principal, { tenantId }: ListedRecord<unknown>): boolean {
  return tenantId === undefined || tenants.includes(tenantId)
}
