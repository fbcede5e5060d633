import { accept, type Delivery, defineAction } from '@countersign/kernel/actions/define-action.ts'
import {
  readBackByReference,
  readBackByVersion,
  readSettlesWithinMs,
} from '@countersign/kernel/connectors/read-back.ts'
import { makeUpstreamHttp, type UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import { deliveryOf, readRecord } from '@countersign/kernel/connectors/upstream-reading.ts'
import { type ConsoleDeclaration, type MountedConsole, mountConsole } from '@countersign/kernel/console.ts'
import { defineEntity, type EntityType } from '@countersign/kernel/entities/define-entity.ts'
import { z } from 'zod'
import { SMALL_ROLES } from './small-console.ts'

/** The sandbox's parties that know no keys: a bank (class B), hosts (C), a carrier (D). */
export type OutsideUpstreams = {
  readonly banks: UpstreamHttp
  readonly hosts: UpstreamHttp
  readonly carriers: UpstreamHttp
}

export function connectOutside(sandboxUrl: string, key: string): OutsideUpstreams {
  const connect = (name: keyof OutsideUpstreams) =>
    makeUpstreamHttp({ name, baseUrl: `${sandboxUrl}/${name}`, key })
  return { banks: connect('banks'), hosts: connect('hosts'), carriers: connect('carriers') }
}

const payment = z.object({ id: z.string(), reference: z.string() })
const payments = z.object({ payments: z.array(payment) })
const hostState = z.object({
  id: z.string(),
  version: z.int(),
  routing: z.enum(['on', 'off']),
  weight: z.int(),
})
type Host = z.output<typeof hostState>
type PaymentOrder = { readonly amount: string; readonly account: string }
type Settings = { readonly id: string; readonly routing: 'on' | 'off'; readonly weight: number }
type Pickup = { readonly parcel: string }

type Nothing = Record<string, never>
const slip: EntityType<Nothing, OutsideUpstreams> = {
  kind: 'slip',
  console: 'hall',
  read: async () => ({ status: 'found', state: {}, version: '1' }),
  present: () => ({ title: 'Slip', state: 'open', data: {} }),
}
const host: EntityType<Host, OutsideUpstreams> = {
  kind: 'host',
  console: 'hall',
  read: (id, { hosts }) => readRecord(hosts, `/hosts/${encodeURIComponent(id)}`, hostState),
  present: ({ id, routing }) => ({ title: id, state: routing, data: {} }),
}

const common = {
  risk: 'low',
  movesMoney: false,
  reasons: [{ code: 'visitor', title: 'Somebody asked' }],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 3600 },
} as const
const preview = () => ({ summary: 'It is done.', changes: [], effects: [] })

/** Class B: a payment is found by the reference that we gave it, which is the effect's key. */
const payOut = defineAction<Nothing, z.ZodObject, PaymentOrder, OutsideUpstreams>({
  ...common,
  name: 'hall.pay_out',
  target: slip,
  input: z.object({}),
  present: { title: 'Pay out', tone: 'danger' },
  preview,
  decide: () => accept({ amount: '12.50', account: 'DE02120300000000202051' }),
  effect: {
    connector: 'banks',
    class: 'B',
    deliver: async ({ amount, account }, { upstreams, key, signal }) =>
      deliveryOf(
        await upstreams.banks.write({
          method: 'POST',
          path: '/payments',
          key,
          body: {
            reference: key,
            amount: { amount, currency: 'EUR' },
            creditor: { name: 'A creditor', account },
          },
          signal,
        }),
        () => ({}),
      ),
    readBack: (_accepted, { upstreams, key, signal }) =>
      readBackByReference(upstreams.banks, `/payments?reference=${encodeURIComponent(key)}`, {
        schema: payments,
        found: (body) => (body.payments[0] ? { payment: body.payments[0].id } : undefined),
        signal,
      }),
    settlesWithinMs: (_accepted, { upstreams, signal }) => readSettlesWithinMs(upstreams.banks, signal),
  },
})

/** Class C: settings are written over the version that was seen. */
const setHost = defineAction<Host, z.ZodObject, Settings, OutsideUpstreams>({
  ...common,
  name: 'hall.set_host',
  target: host,
  input: z.object({}),
  present: { title: 'Change routing', tone: 'danger' },
  preview,
  decide: ({ id, routing, weight }) =>
    accept({ id, routing: routing === 'on' ? ('off' as const) : ('on' as const), weight }),
  effect: {
    connector: 'hosts',
    class: 'C',
    deliver: async ({ id, ...settings }, { upstreams, key, targetVersion, signal }) =>
      deliveryOf(
        await upstreams.hosts.write({
          method: 'PUT',
          path: `/hosts/${encodeURIComponent(id)}`,
          key,
          body: settings,
          ...(targetVersion === null ? {} : { ifMatch: targetVersion }),
          signal,
        }),
        () => ({}),
      ),
    readBack: ({ id, routing, weight }, { upstreams, targetVersion, signal }) =>
      readBackByVersion(upstreams.hosts, `/hosts/${encodeURIComponent(id)}`, {
        schema: hostState,
        before: targetVersion,
        isOurs: (now) => now.routing === routing && now.weight === weight,
        signal,
      }),
  },
})

async function fetchParcel(
  { parcel }: Pickup,
  { upstreams, key, signal }: { upstreams: OutsideUpstreams; key: string; signal: AbortSignal },
): Promise<Delivery> {
  const call = { method: 'POST', path: '/pickups', key, body: { parcel, address: '1 Quay' }, signal } as const
  return deliveryOf(await upstreams.carriers.write(call), () => ({}))
}

/** Class D: the carrier cannot be asked and comes as often as it is told. */
const orderPickup = defineAction<Nothing, z.ZodObject, Pickup, OutsideUpstreams>({
  ...common,
  name: 'hall.order_pickup',
  target: slip,
  input: z.object({ parcel: z.string() }),
  present: { title: 'Order pickup', tone: 'neutral' },
  preview,
  decide: (_slip, input) => accept({ parcel: String(input.parcel) }),
  effect: { connector: 'carriers', class: 'D', deliver: fetchParcel },
})

const outsideConsole: ConsoleDeclaration<OutsideUpstreams> = {
  name: 'hall',
  title: 'Hall',
  roles: SMALL_ROLES,
  readPermissions: ['hall:read'],
  policies: {
    'hall.cedar': `
      @id("hall.porters")
      permit (principal in Role::"hall/PORTER",
              action in [Action::"hall.pay_out", Action::"hall.set_host", Action::"hall.order_pickup",
                         Action::"hall:read", Action::"kernel:read", Action::"requests:read"],
              resource);`,
  },
  entities: [defineEntity(slip), defineEntity(host)],
  actions: [payOut, setHost, orderPickup],
  queues: [],
  projections: [],
  ingest: [],
  eventTitles: {},
  migrations: { module: 'hall', directory: '' },
}

/** A small console whose actions go to parties of every class but A. */
export function mountOutside(upstreams: OutsideUpstreams): MountedConsole {
  return mountConsole(outsideConsole, upstreams)
}
