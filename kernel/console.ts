import type { PermissionDeclaration, RoleDeclaration } from './access/access.ts'
import type { Action, Delivery, Door, EffectContext, ReadContext } from './actions/define-action.ts'
import type { Failure } from './actions/failure.ts'
import type { AlertKind } from './alerts/alert-kind.ts'
import { type AfterLostAnswer, bindAfterLostAnswer } from './connectors/upstream-class.ts'
import type { UpstreamHttp } from './connectors/upstream-http.ts'
import type { MigrationSource } from './db/migrate.ts'
import type { Entity, EntityListing, ListQuery, ListReading, Reading } from './entities/define-entity.ts'
import type { IngestSource } from './events/ingest-source.ts'
import type { LocalSource } from './events/local-source.ts'
import type { MakeConsoleGate } from './http/console-gate.ts'
import type { Route } from './http/route.ts'
import type { Kernel } from './kernel.ts'
import type { Catalogues } from './languages/make-teller.ts'
import type { Text } from './languages/say.ts'
import { ANNOTATE } from './notes/annotate.ts'
import type { Json } from './personal-data/canonical-json.ts'
import type { Projection } from './projections/define-projection.ts'
import type { Queue } from './queues/define-queue.ts'
import { searchProjection } from './search/search-projection.ts'
import type { SearchSource } from './search/search-source.ts'

/** What an event is called where that depends on what it says; `action` is the title of the action that it is about. */
export type EventTitle = (payload: Readonly<Record<string, Json>>, action: Text) => Text

/** Why there is nothing at a path, on purpose. */
export type ClosedPath = {
  /** As the log names what was attempted. */
  readonly name: string
  /** True where it would have: then the attempt of a role on the platform's side is a security event. */
  readonly movesMoney: boolean
  readonly code: string
  readonly message: Text
  readonly note: Text
  /**
   * Closed to everybody who never has this permission, of whichever console, and an attempt is a security event. Whoever has it finds
   * nothing there, and no harm in looking.
   */
  readonly unless?: string
}

/** A door at which a console's people read what the log has of their console; the rest of the log is not there. */
export type ConsoleAuditLog = {
  readonly path: string
  readonly permission: string
  readonly summary: string
  /** What stands in the answer beside the entries. */
  readonly beside: Readonly<Record<string, Text | boolean>>
}

/** A console's manifest: explicit lists, no logic. */
export type ConsoleDeclaration<Upstreams> = {
  readonly name: string
  readonly title: Text
  readonly roles: readonly RoleDeclaration[]
  /** Permissions to read that are not actions: `transfers:read`. */
  readonly readPermissions: readonly string[]
  /** Cedar text by file name. */
  readonly policies: Readonly<Record<string, string>>
  readonly entities: readonly Entity<Upstreams>[]
  readonly actions: readonly Action<Upstreams>[]
  readonly queues: readonly Queue[]
  readonly projections: readonly Projection[]
  /** How its records are found in the omnibox. */
  readonly search?: readonly SearchSource[]
  readonly ingest: readonly IngestSource[]
  /** What it finds out by itself from what it was told. */
  readonly finds?: readonly LocalSource[]
  /** What people call the upstreams that it works on, by the name of the connector; absent: by that name. */
  readonly upstreamTitles?: Readonly<Record<string, Text>>
  /** Its own limits and lists, which every request of somebody who holds a role of it passes. */
  readonly gate?: MakeConsoleGate
  /** Where it takes in what is too large for an action; nothing of that counts before an action names it. */
  readonly routes?: (kernel: Kernel) => readonly Route[]
  /**
   * Paths at which there is nothing, on purpose: to whoever holds a role of this console that is a refusal, and it is recorded. Asked where
   * no route is met, or one whose parameter would hold a path, with the path as it was sent.
   */
  readonly closed?: (method: string, url: string) => ClosedPath | undefined
  /** What somebody reads who lacks these roles, where all that would do are of this console; absent: the kernel's own sentence. */
  readonly notLetIn?: (roles: readonly string[]) => Pick<Failure, 'message' | 'explanation'>
  /** True where every attempt of somebody who has no business in it is a security event of severity HIGH, whatever their side. */
  readonly guarded?: true
  /** The log as far as it is this console's, at a door of its own. */
  readonly auditLog?: ConsoleAuditLog
  /** By the name of an action of the kernel's: a door to it in this console's own spelling. */
  readonly doors?: Readonly<Record<string, Door>>
  /** What may call for a person, beside what the kernel watches for every console. */
  readonly alerts?: readonly AlertKind[]
  /** Display names of event types, for the timeline: sentences with no personal data. */
  readonly eventTitles: Readonly<Record<string, Text | EventTitle>>
  /** What it says, in the other languages; absent: in English to everybody. */
  readonly texts?: Catalogues
  readonly migrations: MigrationSource
}

/**
 * A console as one line of an installation's list: its declaration, with its upstreams connected.
 *
 * @param connect HTTP to one of its upstreams, by the word of its `UPSTREAM_URL_…`, in lower case
 */
export type MountConsole = (connect: (upstream: string) => UpstreamHttp) => MountedConsole

export type BoundAction = Omit<Action<unknown>, 'read' | 'deliver' | 'afterLostAnswer'> & {
  readonly read: (id: string, context: ReadContext) => Promise<Reading<unknown>>
  readonly deliver: (accepted: Json, context: BoundEffectContext) => Promise<Delivery>
  readonly afterLostAnswer: AfterLostAnswer<Json, BoundEffectContext> | null
}
export type BoundEffectContext = Omit<EffectContext<unknown>, 'upstreams'>

export type BoundEntity = Omit<Entity<unknown>, 'read' | 'list'> & {
  readonly read: (id: string, context: ReadContext) => Promise<Reading<unknown>>
  readonly list?: Omit<EntityListing<unknown, unknown>, 'page'> & {
    readonly page: (
      query: ListQuery,
      signal: AbortSignal | undefined,
      ask: ReadContext['ask'],
    ) => Promise<ListReading<unknown>>
  }
}

/** A console with the upstreams it works on; the types of both are closed over. */
export type MountedConsole = Omit<ConsoleDeclaration<unknown>, 'actions' | 'entities'> & {
  readonly actions: readonly BoundAction[]
  readonly entities: readonly BoundEntity[]
}

export function mountConsole<Upstreams>(
  declaration: ConsoleDeclaration<Upstreams>,
  upstreams: Upstreams,
): MountedConsole {
  return {
    ...declaration,
    actions: declaration.actions.map((action) => {
      const { afterLostAnswer } = action
      return {
        ...action,
        read: (id, context) => action.read(id, upstreams, context),
        deliver: (accepted, context) => action.deliver(accepted, { ...context, upstreams }),
        afterLostAnswer:
          afterLostAnswer &&
          bindAfterLostAnswer(afterLostAnswer, {
            accepted: (accepted: Json) => accepted,
            context: (context: BoundEffectContext) => ({ ...context, upstreams }),
          }),
      }
    }),
    entities: declaration.entities.map(({ list, ...entity }) => ({
      ...entity,
      read: (id, context) => entity.read(id, upstreams, context),
      ...(list
        ? { list: { ...list, page: (query, signal, ask) => list.page(query, upstreams, signal, ask) } }
        : {}),
    })),
  }
}

/** Every projection of these consoles, and the one that the omnibox searches. */
export function projectionsOf(
  consoles: readonly Pick<ConsoleDeclaration<never>, 'projections' | 'search'>[],
): readonly Projection[] {
  return [
    ...consoles.flatMap(({ projections }) => projections),
    searchProjection(consoles.flatMap(({ search }) => search ?? [])),
  ]
}

/** The permissions that follow from the declarations: each action, the deciding on it, and what may be read. */
export function permissionsOf(consoles: readonly MountedConsole[]): PermissionDeclaration[] {
  const kernel: PermissionDeclaration[] = ['audit:read', 'security:read', 'requests:read', 'kernel:read'].map(
    (name) => ({
      name,
      kind: 'read',
      movesMoney: false,
    }),
  )
  return [
    ...kernel,
    { name: ANNOTATE, kind: 'change', movesMoney: false },
    ...consoles.flatMap((console) => {
      const financial = console.roles.some(({ side }) => side === 'money')
      const guarded = console.guarded ? { guarded: true } : {}
      return [
        ...console.readPermissions.map((name) => ({
          name,
          kind: 'read' as const,
          movesMoney: false,
          ...{ financial, ...guarded },
        })),
        ...console.actions.flatMap(({ name, movesMoney }) => [
          { name, kind: 'change' as const, movesMoney, financial, ...guarded },
          { name: `${name}:decide`, kind: 'decide' as const, movesMoney, financial, ...guarded },
        ]),
      ]
    }),
  ]
}
