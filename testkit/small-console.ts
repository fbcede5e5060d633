import { randomBytes, randomUUID } from 'node:crypto'
import type { RoleDeclaration } from '@countersign/kernel/access/access.ts'
import { kernelRoles } from '@countersign/kernel/access/kernel-roles.ts'
import { declaredActions } from '@countersign/kernel/actions/declare-actions.ts'
import {
  accept,
  type Delivery,
  defineAction,
  type EffectContext,
} from '@countersign/kernel/actions/define-action.ts'
import { submitAction } from '@countersign/kernel/actions/submit-action.ts'
import { defineAlertKind } from '@countersign/kernel/alerts/alert-kind.ts'
import type { AfterLostAnswer, UpstreamClass } from '@countersign/kernel/connectors/upstream-class.ts'
import { type ConsoleDeclaration, type MountedConsole, mountConsole } from '@countersign/kernel/console.ts'
import { defineEntity, type EntityType, type Reading } from '@countersign/kernel/entities/define-entity.ts'
import type { EntityRef } from '@countersign/kernel/entities/entity-ref.ts'
import type { Principal } from '@countersign/kernel/identity/principal.ts'
import { recognise } from '@countersign/kernel/identity/recognise.ts'
import type { Kernel } from '@countersign/kernel/kernel.ts'
import { kernelConsole } from '@countersign/kernel/kernel-console.ts'
import { english } from '@countersign/kernel/languages/make-teller.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { makeKernel } from '@countersign/kernel/make-kernel.ts'
import { kernelMigrations } from '@countersign/kernel/migration-source.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { z } from 'zod'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

/** A door that can be opened, at an upstream whose every answer the test chooses. */
export type DoorUpstream = {
  read: () => Promise<Reading<Door>>
  deliver: () => Promise<Delivery>
  readBack: () => Promise<Delivery | undefined>
  /** Asked of class A. */
  keyRetentionMs: () => Promise<number | undefined>
  /** Asked of class B. */
  settlesWithinMs: () => Promise<number | undefined>
  /** The bell hangs at an upstream of its own. */
  ring: () => Promise<Delivery>
}
/** Told of a door that can be found: `{id, name, plate}`. */
export const DOOR_BUILT = 'hall.door.built'
type Door = { readonly open: boolean }

export const SMALL_ROLES: readonly RoleDeclaration[] = [
  ...kernelRoles,
  { role: 'hall/PORTER', title: 'Porter' },
  { role: 'yard/KEEPER', title: 'Keeper of the yard' },
]

export type SmallProduct = {
  readonly database: TestDatabase
  /** With the pool of the server and of the dispatcher. */
  readonly kernels: { readonly app: Kernel; readonly dispatcher: Kernel }
  readonly upstream: DoorUpstream
  /** A person with these roles now; asking again with others changes them. */
  readonly person: (name: string, roles: readonly string[]) => Promise<Principal>
  /** A request to open a door, or for another action of the hall, authorised at once. @returns its id */
  readonly authorise: (
    porter: Principal,
    what?: string,
    asked?: { readonly target: EntityRef; readonly input?: Readonly<Record<string, Json>> },
  ) => Promise<string>
}

/**
 * A kernel with one small console: one entity, one action that needs nobody's approval, and an upstream at the process's
 * boundary that answers as told.
 *
 * @param options.class of the upstream that doors are opened at; that of the bells is D
 * @param options.hall another console of the same roles in its place
 * @param options.beside consoles that stand beside it, with their roles and tables
 */
export async function startSmallProduct(options: {
  readonly class: UpstreamClass
  readonly hall?: MountedConsole
  readonly beside?: readonly MountedConsole[]
}): Promise<SmallProduct> {
  const beside = options.beside ?? []
  const roles = [...SMALL_ROLES, ...beside.flatMap((console) => console.roles)]
  const upstream: DoorUpstream = {
    read: async () => ({ status: 'found', state: { open: false }, version: '1' }),
    deliver: async () => ({ outcome: 'done', detail: {} }),
    readBack: async () => undefined,
    keyRetentionMs: async () => undefined,
    settlesWithinMs: async () => 0,
    ring: async () => ({ outcome: 'done', detail: {} }),
  }
  const consoles = [
    mountConsole(kernelConsole, undefined),
    options.hall ?? mountConsole(hallConsole(options.class), upstream),
    ...beside,
  ]
  const actions = declaredActions(consoles)
  const database = await createTestDatabase([
    { ...kernelMigrations, roles, actions },
    ...beside.map(({ migrations, queues }) => ({ ...migrations, queues })),
  ])
  const sealingKey = randomBytes(32)
  const app = database.pool('app')
  const kernel = (pool: typeof app) => makeKernel({ pool, consoles, sealingKey, roles })
  const kernels = { app: kernel(app), dispatcher: kernel(database.pool('dispatcher')) }
  return {
    database,
    kernels,
    upstream,
    async person(name, roles) {
      const known = await recognise(app, {
        ...{ issuer: 'http://issuer.test', subject: name, kind: 'person', assertedAt: new Date() },
        roles,
      })
      const now = new Date()
      return {
        id: known.id,
        kind: 'person',
        name,
        roles: known.roles,
        language: 'en',
        tenants: [],
        credential: { kind: 'token', expiresAt: new Date(now.getTime() + 3_600_000), authenticatedAt: now },
      }
    },
    async authorise(porter, what = 'open_door', asked = { target: { kind: 'door', id: randomUUID() } }) {
      const action = kernels.app.actions.get(`hall.${what}`)
      if (!action) throw new Error('the hall has lost its action')
      const body = { ...asked, reason: { code: 'visitor' } }
      const answer = await submitAction(kernels.app, {
        principal: porter,
        origin: { httpRequestId: randomUUID(), ip: '127.0.0.1', userAgent: 'test' },
        action,
        door: `POST /v1/actions/hall.${what}`,
        key: randomUUID(),
        rawBody: body,
        body,
        bindsPreview: true,
      })
      if (!answer.ok) throw new Error(english(answer.failure.message))
      return (JSON.parse(answer.value.body) as { id: string }).id
    },
  }
}

function hallConsole(upstreamClass: UpstreamClass): ConsoleDeclaration<DoorUpstream> {
  const door: EntityType<Door, DoorUpstream> = {
    kind: 'door',
    console: 'hall',
    read: (_id, { read }) => read(),
    present: ({ open }) => ({ title: 'Door', state: open ? 'open' : 'closed', data: {} }),
  }
  return {
    name: 'hall',
    title: 'Hall',
    roles: SMALL_ROLES,
    readPermissions: ['hall:read'],
    policies: {
      'hall.cedar': `
        @id("hall.porters")
        permit (principal in Role::"hall/PORTER",
                action in [Action::"hall.open_door", Action::"hall.ring_bell", Action::"hall:read", Action::"kernel:read", Action::"requests:read"],
                resource);
        @id("hall.alerts")
        permit (principal is Person in Role::"hall/PORTER",
                action in [Action::"kernel.acknowledge_alert", Action::"kernel.silence_alert",
                           Action::"kernel.escalate_alert", Action::"kernel.change_roster", Action::"audit:read", Action::"security:read"],
                resource);
        @id("hall.yard-answers")
        permit (principal is Person in Role::"yard/KEEPER", action == Action::"kernel.acknowledge_alert", resource);
        @id("hall.yard")
        permit (principal in Role::"yard/KEEPER", action == Action::"kernel:read", resource);`,
    },
    entities: [defineEntity(door)],
    actions: [
      defineAction<Door, z.ZodObject, { open: boolean }, DoorUpstream>({
        name: 'hall.open_door',
        risk: 'low',
        movesMoney: false,
        target: door,
        input: z.object({}),
        reasons: [{ code: 'visitor', title: 'Somebody is there' }],
        approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
        present: { title: 'Open door', tone: 'neutral' },
        decide: () => accept({ open: true }),
        preview: () => ({ summary: 'The door opens.', changes: [], effects: [] }),
        effect: {
          connector: 'doors',
          deliver: (_accepted, { upstreams }) => upstreams.deliver(),
          ...doorsAfterLostAnswer(upstreamClass),
        },
      }),
      defineAction<Door, z.ZodObject, { ring: boolean }, DoorUpstream>({
        name: 'hall.ring_bell',
        risk: 'low',
        movesMoney: false,
        target: door,
        input: z.object({}),
        reasons: [{ code: 'visitor', title: 'Somebody is there' }],
        approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
        present: { title: 'Ring bell', tone: 'neutral' },
        decide: () => accept({ ring: true }),
        preview: () => ({ summary: 'The bell rings.', changes: [], effects: [] }),
        effect: {
          connector: 'bells',
          deliver: (_accepted, { upstreams }) => upstreams.ring(),
          class: 'D',
        },
      }),
    ],
    queues: [],
    projections: [],
    search: [
      {
        ...{ kind: 'door', console: 'hall', types: [DOOR_BUILT] },
        id: "(e.payload ->> 'id')",
        version: 'e.version',
        title: "(e.payload ->> 'name')",
        keys: [{ why: 'reference', sql: "(e.payload ->> 'plate')" }],
        names: [{ part: 'name', what: 'name', clear: "(e.payload ->> 'name')" }],
      },
    ],
    alerts: [
      defineAlertKind({
        name: 'hall.flooded',
        severity: 'critical',
        title: (fact) => say`The hall is under water: ${fact('depth')} cm`,
        page: { to: 'roster' },
        escalateAfterS: 60,
        runbook: 'flooded',
      }),
    ],
    ingest: [],
    eventTitles: {},
    migrations: { module: 'hall', directory: '' },
  }
}

function doorsAfterLostAnswer(
  upstreamClass: UpstreamClass,
): AfterLostAnswer<unknown, EffectContext<DoorUpstream>> {
  const readBack = (_accepted: unknown, { upstreams }: EffectContext<DoorUpstream>) => upstreams.readBack()
  switch (upstreamClass) {
    case 'A':
      return {
        class: 'A',
        readBack,
        keyRetentionMs: (_accepted, { upstreams }) => upstreams.keyRetentionMs(),
      }
    case 'B':
      return {
        class: 'B',
        readBack,
        settlesWithinMs: (_accepted, { upstreams }) => upstreams.settlesWithinMs(),
      }
    case 'C':
      return { class: 'C', readBack }
    case 'D':
      return { class: 'D' }
  }
}
