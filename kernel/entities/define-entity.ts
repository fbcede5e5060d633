import type { z } from 'zod'
import type { ReadContext } from '../actions/define-action.ts'
import type { Principal } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import type { Text } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import type { QueueColumn } from '../queues/define-queue.ts'
import type { PersonalField } from '../reveal/personal-field.ts'
import type { EntityRef } from './entity-ref.ts'
import type { MarkRecords } from './record-mark.ts'

/** A record as it is at this moment, where it lives. */
export type Reading<State> =
  | {
      readonly status: 'found'
      readonly state: State
      /** Of the upstream's record, or of the local stream; what an action binds to. */
      readonly version: string
      readonly tenantId?: string
      /** The local stream the state was folded from; its version is expected again at commit. */
      readonly stream?: { readonly name: string; readonly version: number }
    }
  | { readonly status: 'missing' }
  /** The upstream cannot be read now. Nothing destructive is decided on an older copy. */
  | { readonly status: 'unreadable'; readonly source: string; readonly why: Text }

/** One page of records where they live, in the order in which their upstream lists them. */
export type ListReading<State> =
  | {
      readonly status: 'found'
      readonly records: readonly ListedRecord<State>[]
      /** The upstream's own place of the next page; null on the last. */
      readonly nextCursor: string | null
    }
  /** The upstream gave no such place. */
  | { readonly status: 'no_such_cursor' }
  | { readonly status: 'unreadable'; readonly source: string; readonly why: Text }

export type ListedRecord<State> = {
  readonly id: string
  readonly state: State
  readonly version: string
  readonly tenantId?: string
}

export type ListQuery = {
  readonly limit: number
  readonly cursor?: string
  readonly filters: Readonly<Record<string, string | undefined>>
}

export type EntityListing<State, Upstreams> = {
  /** What the list may be narrowed by: query parameters, each optional. */
  readonly filters: z.ZodObject
  readonly page: (
    query: ListQuery,
    upstreams: Upstreams,
    signal: AbortSignal | undefined,
    /** Of the kernel, for records that are kept here. */
    ask: ReadContext['ask'],
  ) => Promise<ListReading<State>>
  /** The same list at a path and in the spelling of a contract that has it so. */
  readonly door?: {
    readonly path: string
    readonly summary: string
    readonly member: string
    readonly item: (state: State) => Readonly<Record<string, Json>>
    /** Members of the answer beside the records. */
    readonly beside?: Readonly<Record<string, Json | Text>>
  }
  /** The list as a page of its console; absent: it has none there. */
  readonly register?: Register<State>
}

/** How the records of a kind are laid out where people look through them. */
export type Register<State> = {
  readonly title: Text
  /** What whoever looks through them should know first. */
  readonly note?: Text
  /** Personal data only in its redacted form. */
  readonly columns: readonly RegisterColumn<State>[]
  /** Those of the list's filters that the page offers, in its order; one with a fixed set of values offers these. */
  readonly filters: readonly RegisterFilter[]
  /** What stands above the list to be done: opening another, for one, acts on none of those in it. */
  readonly actionsOf?: readonly RegisterActions[]
}

/** The actions of a record that a list shows above it. */
export type RegisterActions = EntityRef & {
  /** This one alone. */
  readonly only?: string
  /** What it is called there, where two of one name stand beside each other. */
  readonly title?: Text
}

export type RegisterFilter = {
  readonly key: string
  readonly title: Text
  /** `instant`: a point in time; absent: a value that is typed, or one of the fixed set. */
  readonly type?: 'instant'
  /** What is typed, where that does not say itself. */
  readonly hint?: Text
  /** The kind of record whose id it is: the page finds it by its name, for whoever may read such records. */
  readonly record?: string
}

export type RegisterColumn<State> = Pick<QueueColumn, 'key' | 'title' | 'type' | 'stays'> & {
  readonly value: (state: State) => Json
}

export type EntityType<State, Upstreams> = {
  readonly kind: string
  readonly console: string
  /** Where records of one kind are of different consoles: whose this one is, by its id. */
  readonly consoleOf?: (id: string) => string
  /** Its page shows people's data as it is: to whom, and what the others see. Looking at it is itself recorded (K-31). */
  readonly sensitive?: Sensitive<State>
  /**
   * Where reading its console is not enough to know of a record (a list that somebody keeps for themselves): whether this person does.
   * To others it is not there, and neither are requests on it (`targetKnownTo`).
   */
  readonly knownTo?: (
    state: State,
    reader: Pick<Principal, 'id' | 'kind' | 'roles'>,
    kernel: Kernel,
  ) => boolean
  /** Read through from where the record lives, now. */
  readonly read: (id: string, upstreams: Upstreams, context: ReadContext) => Promise<Reading<State>>
  readonly present: EntityPresentation<State>
  /** Its personal data, field by field: redacted in `present`, and revealed by the action that `defineReveal` makes. */
  readonly personal?: readonly PersonalField<State>[]
  /** How records of this kind are listed (C-24). */
  readonly list?: EntityListing<State, Upstreams>
  /** What is to be seen of them wherever they are listed: in queues, among what was found, in the inbox. */
  readonly marks?: MarkRecords
}

export type Sensitive<State> = {
  /** The permission of those who see it as it is. */
  readonly seenWith: string
  /** The record without what only they see. */
  readonly masked: (state: State) => State
}

export type EntityPresentation<State> = (state: State) => {
  readonly title: Text
  /** A word of the API, the same in every language: screens know their own for it. */
  readonly state: string
  /** Members for the record page; personal data only in its redacted form. */
  readonly data: Readonly<Record<string, Json>>
  readonly banners?: readonly { readonly tone: 'info' | 'warning' | 'danger'; readonly text: Text }[]
  /** A relation that a page shows by itself is a word of the API; of the others people read it. */
  readonly related?: readonly (EntityRef & { readonly title: Text; readonly relation: Text })[]
}

/** An entity kind with its types closed over. */
export type Entity<Upstreams> = {
  readonly kind: string
  readonly console: string
  readonly consoleOf?: (id: string) => string
  readonly sensitive?: Sensitive<unknown>
  readonly knownTo?: (
    state: unknown,
    reader: Pick<Principal, 'id' | 'kind' | 'roles'>,
    kernel: Kernel,
  ) => boolean
  readonly read: (id: string, upstreams: Upstreams, context: ReadContext) => Promise<Reading<unknown>>
  readonly present: EntityPresentation<unknown>
  readonly personal: readonly PersonalField<unknown>[]
  readonly list?: EntityListing<unknown, Upstreams>
  readonly marks?: MarkRecords
  /** The last known copy, when the upstream cannot be read; from a projection. */
  readonly projected?: ProjectedEntity
}

export type ProjectedEntity = {
  /** SQL of the record whose id is the text expression `id`, one row: version text, at timestamptz, state jsonb (as `read` gives it). */
  readonly sql: (id: string) => string
}

export function defineEntity<State, Upstreams>(
  type: EntityType<State, Upstreams>,
  projected?: ProjectedEntity,
): Entity<Upstreams> {
  const { list, sensitive, knownTo, marks } = type
  const door = list?.door
  return {
    kind: type.kind,
    console: type.console,
    consoleOf: type.consoleOf,
    ...(sensitive
      ? { sensitive: { ...sensitive, masked: (state) => sensitive.masked(state as State) } }
      : {}),
    ...(knownTo ? { knownTo: (state, reader, kernel) => knownTo(state as State, reader, kernel) } : {}),
    read: (id, upstreams, context) => type.read(id, upstreams, context),
    present: (state) => type.present(state as State),
    personal: (type.personal ?? []).map(({ path, class: kind, value, erasedAt }) => ({
      path,
      class: kind,
      value: (state) => value(state as State),
      erasedAt: (state) => erasedAt?.(state as State),
    })),
    ...(list
      ? {
          list: {
            ...list,
            door: door && { ...door, item: (state) => door.item(state as State) },
            register: list.register && {
              ...list.register,
              columns: list.register.columns.map((column) => ({
                ...column,
                value: (state) => column.value(state as State),
              })),
            },
          },
        }
      : {}),
    ...(marks ? { marks } : {}),
    projected,
  }
}

/** A record whose whole state is the fold of its own events. `Payload`: as its actions write them. */
export function localEntity<State, Payload = Record<string, Json>>(options: {
  readonly kind: string
  readonly console: string
  readonly consoleOf?: (id: string) => string
  readonly stream: (id: string) => string
  readonly initial: (id: string) => State
  readonly evolve: (state: State, event: { type: string; payload: Payload }) => State
  readonly present: EntityPresentation<State>
}): EntityType<State, unknown> {
  return {
    kind: options.kind,
    console: options.console,
    consoleOf: options.consoleOf,
    present: options.present,
    async read(id, _upstreams, context) {
      const stream = options.stream(id)
      const events = await context.events<Payload>(stream)
      return {
        status: 'found',
        state: events.reduce(options.evolve, options.initial(id)),
        version: String(events.length),
        stream: { name: stream, version: events.length },
      }
    },
  }
}
