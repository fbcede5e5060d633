import type { EventToBe } from '../actions/define-action.ts'
import { rolesOfConsole } from '../alerts/people-on-call.ts'
import { defineEntity, type EntityType, localEntity } from '../entities/define-entity.ts'
import { say } from '../languages/say.ts'
import { consoleOfQueue } from './work-item.ts'

const VIEW_ID = /^([a-z]+\.[a-z]+):[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Filters, sort and columns as the address of a list has them: `{rail: ['ach'], sort: ['-opened_at']}`. */
export type ViewList = Readonly<Record<string, readonly string[]>>

/** A list of a queue that somebody has given a name. */
export type SavedView = {
  readonly id: string
  readonly queue: string
  /** Null: nobody has saved it yet. */
  readonly owner: string | null
  readonly name: string
  readonly list: ViewList
  readonly shared: boolean
  readonly deleted: boolean
  /** Where it is shared: with those who hold one of these; none: with everybody of the queue. */
  readonly roles: readonly string[]
  /** The roles of its console. */
  readonly consoleRoles: readonly string[]
  /** The roles that may share views and take shared ones away. */
  readonly sharers: readonly string[]
}

const streamOf = (id: string) => `kernel.view/${id}`

type ViewWritten = Pick<SavedView, 'name' | 'list' | 'shared' | 'deleted'> & {
  readonly owner: string
  readonly roles?: readonly string[]
}

const stored = localEntity<SavedView, ViewWritten>({
  kind: 'view',
  console: 'kernel',
  consoleOf: (id) => consoleOfQueue(id),
  stream: streamOf,
  initial: (id) => ({
    id,
    queue: id.slice(0, id.indexOf(':')),
    owner: null,
    name: '',
    list: {},
    shared: false,
    deleted: false,
    roles: [],
    consoleRoles: [],
    sharers: [],
  }),
  evolve: (view, { payload }) => ({
    ...view,
    owner: payload.owner,
    name: payload.name,
    list: payload.list,
    shared: payload.shared,
    deleted: payload.deleted,
    roles: payload.roles ?? [],
  }),
  present: (view) => ({
    title: view.name || say`A view that is not saved yet`,
    state: view.deleted ? 'deleted' : view.shared ? 'shared' : 'own',
    data: { queue: view.queue, owner: view.owner, list: view.list, roles: view.roles },
  }),
})

/** Whoever keeps it, and those it is shared with. */
export const isViewKnownTo = (
  { owner, shared, roles }: Pick<SavedView, 'owner' | 'shared' | 'roles'>,
  reader: { readonly id: string; readonly roles: readonly string[] },
): boolean =>
  owner === reader.id || (shared && (roles.length === 0 || roles.some((role) => reader.roles.includes(role))))

/** Known by its queue and a UUID that whoever saves it first has chosen. */
export const savedView: EntityType<SavedView, unknown> = {
  ...stored,
  // `targetKnownTo` (visible-requests.ts) and the list of views (view-routes.ts) say the same in SQL.
  knownTo: (view, reader) => view.owner === null || isViewKnownTo(view, reader),
  async read(id, upstreams, context) {
    if (!VIEW_ID.test(id)) return { status: 'missing' }
    const roles = context.ask((kernel) => rolesOfConsole(kernel, consoleOfQueue(id)))
    if (roles.length === 0) return { status: 'missing' }
    const reading = await stored.read(id, upstreams, context)
    if (reading.status !== 'found') return reading
    return {
      ...reading,
      state: {
        ...reading.state,
        consoleRoles: roles,
        sharers: context.ask(({ access }) => access.rolesFor('kernel.share_view')),
      },
    }
  },
}

export const viewEntity = defineEntity(savedView)

/** A view changes what is looked at, and nothing else. */
export const NOBODY_AGREES = { required: 0, eligibleRoles: [], expiresInS: 3600 } as const

export function mayShare({ shared, sharers }: SavedView, roles: readonly string[]): boolean {
  return shared && roles.some((role) => sharers.includes(role))
}

export function viewEvent(
  what: string,
  { id, queue, owner, name, list, shared, deleted, roles }: SavedView,
): EventToBe {
  return {
    type: `kernel.view.${what}`,
    stream: streamOf(id),
    refs: [{ kind: 'view', id }],
    payload: { view: id, queue, owner, name, list, shared, deleted, roles: [...roles] },
  }
}
