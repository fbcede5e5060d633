import { z } from 'zod'
import { accept, defineAction, type EventToBe, refuse, refuseField } from '../actions/define-action.ts'
import { defineEntity, type EntityType, localEntity } from '../entities/define-entity.ts'
import { freeText } from '../personal-data/free-text.ts'
import { consoleOfQueue } from './work-item.ts'

const NAME_MAX_CHARACTERS = 80
const PARAMETERS_MAX = 30
const VALUES_MAX = 50
const VALUE_MAX_CHARACTERS = 512
const VIEW_ID = /^([a-z]+\.[a-z]+):[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Filters, sort and columns as the address of a list has them: `{rail: ['ach'], sort: ['-opened_at']}`. */
export type ViewList = Readonly<Record<string, readonly string[]>>

/** A list of a queue that somebody has given a name. */
type SavedView = {
  readonly id: string
  readonly queue: string
  /** Null: nobody has saved it yet. */
  readonly owner: string | null
  readonly name: string
  readonly list: ViewList
  readonly shared: boolean
  readonly deleted: boolean
  /** The roles that may share views and take shared ones away. */
  readonly sharers: readonly string[]
}

const streamOf = (id: string) => `kernel.view/${id}`

const stored = localEntity<SavedView>({
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
    sharers: [],
  }),
  evolve: (view, { payload }) => ({
    ...view,
    owner: String(payload.owner),
    name: String(payload.name),
    list: payload.list as unknown as ViewList,
    shared: payload.shared === true,
    deleted: payload.deleted === true,
  }),
  present: (view) => ({
    title: view.name || 'A view that is not saved yet',
    state: view.deleted ? 'deleted' : view.shared ? 'shared' : 'own',
    data: { queue: view.queue, owner: view.owner, list: view.list },
  }),
})

/** Known by its queue and a UUID that whoever saves it first has chosen. */
const view: EntityType<SavedView, unknown> = {
  ...stored,
  async read(id, upstreams, context) {
    if (!VIEW_ID.test(id) || context.rolesOf(consoleOfQueue(id)).length === 0) return { status: 'missing' }
    const reading = await stored.read(id, upstreams, context)
    if (reading.status !== 'found') return reading
    return { ...reading, state: { ...reading.state, sharers: context.rolesFor('kernel.share_view') } }
  },
}

export const viewEntity = defineEntity(view)

const value = z.string().max(VALUE_MAX_CHARACTERS, `must have at most ${VALUE_MAX_CHARACTERS} characters`)
const saved = z.object({
  name: freeText(NAME_MAX_CHARACTERS)
    .refine((name) => name.trim() !== '', 'must not be empty')
    .optional()
    .meta({ title: 'Name' }),
  list: z
    .record(
      z.string().regex(/^[a-z_]{1,64}$/, 'must be a parameter of a list'),
      z.array(value).max(VALUES_MAX),
    )
    .refine(
      (list) => Object.keys(list).length <= PARAMETERS_MAX,
      `takes at most ${PARAMETERS_MAX} parameters`,
    )
    .optional()
    .meta({ title: 'Filters, sort and columns' }),
})
const NOBODY = { required: 0, eligibleRoles: [], expiresInS: 3600 } as const

/** Somebody keeps a list under a name, or changes one of theirs. Whether it fits the queue is seen when it is shown. */
export const saveView = defineAction<SavedView, typeof saved, SavedView, unknown>({
  name: 'kernel.save_view',
  risk: 'low',
  movesMoney: false,
  target: view,
  input: saved,
  reasons: [{ code: 'keep', title: 'To come back to it' }],
  approvals: NOBODY,
  present: { title: 'Save view', tone: 'neutral' },
  decide(state, { name, list = {} }, { actor }) {
    if (state.deleted) return refuse('view_deleted', 'It was deleted; save it under a new id.')
    const theirs = state.owner === null || state.owner === actor.id
    if (state.shared ? !mayShare(state, actor.roles) : !theirs) {
      return refuse('not_yours', state.shared ? 'It is a shared view.' : 'It is somebody else’s view.')
    }
    if (name === undefined) return refuseField('input.name', 'a name is missing')
    return accept({ ...state, owner: state.owner ?? actor.id, name: name.trim(), list })
  },
  preview: (state, { name = '' }) => ({
    summary: 'The list can be opened again under this name.',
    changes: [{ label: 'Name', ...(state.name ? { before: state.name } : {}), after: name }],
    effects: [],
  }),
  events: (state) => [viewEvent('saved', state)],
})

const sharing = z.object({
  shared: z.boolean().default(true).meta({ title: 'Everybody of this queue sees it' }),
})

/** Somebody who may shows a view to everybody who sees its queue, or no longer. */
export const shareView = defineAction<SavedView, typeof sharing, SavedView, unknown>({
  name: 'kernel.share_view',
  risk: 'low',
  movesMoney: false,
  target: view,
  input: sharing,
  reasons: [{ code: 'team', title: 'The team works by it' }],
  approvals: NOBODY,
  present: { title: 'Share view', tone: 'neutral' },
  decide(state, { shared }) {
    if (state.owner === null || state.deleted) return refuse('no_such_view', 'There is no such view.')
    if (state.shared === shared)
      return refuse('no_change', shared ? 'It is shared already.' : 'It is not shared.')
    return accept({ ...state, shared })
  },
  preview: (_state, { shared }) => ({
    summary: shared ? 'Everybody who sees the queue sees this view.' : 'Only its owner sees this view.',
    changes: [],
    effects: [],
  }),
  events: (state) => [viewEvent(state.shared ? 'shared' : 'unshared', state)],
})

/** Whose view it is deletes it; a shared one also whoever may share. */
export const deleteView = defineAction<SavedView, z.ZodObject, SavedView, unknown>({
  name: 'kernel.delete_view',
  risk: 'low',
  movesMoney: false,
  target: view,
  input: z.object({}),
  reasons: [{ code: 'unused', title: 'Nobody needs it' }],
  approvals: NOBODY,
  present: { title: 'Delete view', tone: 'neutral' },
  decide(state, _input, { actor }) {
    if (state.owner === null || state.deleted) return refuse('no_such_view', 'There is no such view.')
    if (state.owner !== actor.id && !(state.shared && mayShare(state, actor.roles))) {
      return refuse('not_yours', 'It is somebody else’s view.')
    }
    return accept({ ...state, deleted: true })
  },
  preview: (state) => ({ summary: `The view “${state.name}” is gone.`, changes: [], effects: [] }),
  events: (state) => [viewEvent('deleted', state)],
})

function mayShare({ shared, sharers }: SavedView, roles: readonly string[]): boolean {
  return shared && roles.some((role) => sharers.includes(role))
}

function viewEvent(what: string, { id, queue, owner, name, list, shared, deleted }: SavedView): EventToBe {
  return {
    type: `kernel.view.${what}`,
    stream: streamOf(id),
    refs: [{ kind: 'view', id }],
    payload: { view: id, queue, owner, name, list: list, shared, deleted },
  }
}
