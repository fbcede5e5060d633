import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { type EventSource, recordEvents } from '../events/record-events.ts'
import { Id, Instant, text, Version } from '../http/fields.ts'
import { type Refusal, refuse } from '../http/problem.ts'
import { type Outcome, staleVersion } from '../http/route.ts'
import type { Asked } from './gateway.ts'

const UPDATES_MAX = 100
export const SEVERITIES = ['minor', 'major', 'critical'] as const
export const INCIDENT_STATES = ['investigating', 'identified', 'monitoring', 'resolved'] as const
const OPEN_STATES = ['investigating', 'identified', 'monitoring'] as const

const Update = z.strictObject({ at: Instant, state: z.enum(INCIDENT_STATES), message: z.string() })
export const IncidentSchema = z.strictObject({
  id: Id,
  version: Version,
  gateway_id: Id,
  severity: z.enum(SEVERITIES),
  title: text(140, 1),
  state: z.enum(INCIDENT_STATES),
  opened_at: Instant,
  resolved_at: Instant.optional(),
  updates: z.array(Update).meta({ description: `Oldest first, at most ${UPDATES_MAX}.` }),
})
export type Incident = z.infer<typeof IncidentSchema>

export const NewIncident = z.strictObject({
  gateway_id: Id,
  severity: z.enum(SEVERITIES),
  title: text(140, 1),
  message: text(4_000, 1),
})
export const UpdateRequest = z.strictObject({ state: z.enum(OPEN_STATES), message: text(4_000, 1) })
export const ResolveRequest = z.strictObject({ message: text(4_000, 1) })

const INCIDENT_EVENTS: EventSource = {
  upstream: 'gateways',
  subjectKind: 'incident',
  table: 'gateways.incident',
  version: 't.version',
  data: 'gateways.incident_json(t)',
  refs: `jsonb_build_array(jsonb_build_object('kind', 'gateway', 'id', t.gateway_id))`,
}

/** Opens an incident of a gateway, with its first message. The gateway's status is another matter. */
export async function openIncident(
  tx: Transaction,
  { id, at, key }: Asked,
  { gateway_id, severity, title, message }: z.infer<typeof NewIncident>,
): Promise<Outcome> {
  const gateway = await tx.query('SELECT FROM gateways.gateway WHERE id = $1 FOR SHARE', [gateway_id])
  if (gateway.rowCount === 0) return refuse('not_found', `There is no gateway ${gateway_id}.`)
  await tx.query(
    `INSERT INTO gateways.incident (id, gateway_id, severity, title, state, opened_at, updates)
     VALUES ($1, $2, $3, $4, 'investigating', $5::timestamptz,
       jsonb_build_array(jsonb_build_object('at', platform.instant($5), 'state', 'investigating', 'message', $6::text)))`,
    [id, gateway_id, severity, title, at, message],
  )
  return { ...(await told(tx, 'incident.opened', { id, at, key })), status: 201 }
}

/** Adds to an incident what is known by now; `resolved` ends it for good. */
export async function updateIncident(
  tx: Transaction,
  asked: Asked,
  { state, message }: { readonly state: (typeof INCIDENT_STATES)[number]; readonly message: string },
): Promise<Outcome> {
  const { id, at, ifMatch } = asked
  const incident = await readIncident(tx, id)
  if (!incident) return refuse('not_found', `There is no incident ${id}.`)
  const refusal = staleVersion(ifMatch, incident.version) ?? cannotGoOn(incident, state)
  if (refusal) return refusal
  await tx.query(
    `UPDATE gateways.incident SET state = $2, version = version + 1,
       resolved_at = CASE WHEN $2 = 'resolved' THEN $3::timestamptz END,
       updates = updates || jsonb_build_object('at', platform.instant($3), 'state', $2::text, 'message', $4::text)
     WHERE id = $1`,
    [id, state, at, message],
  )
  return told(tx, state === 'resolved' ? 'incident.resolved' : 'incident.updated', asked)
}

function cannotGoOn(incident: Incident, state: Incident['state']): Refusal | undefined {
  if (incident.state === 'resolved') {
    return refuse('incident_resolved', `It was resolved ${incident.resolved_at}. Open another one.`)
  }
  // It can always be ended.
  if (state !== 'resolved' && incident.updates.length >= UPDATES_MAX - 1) {
    return refuse('updates_exhausted', `It has ${incident.updates.length}: resolve it, and open another one.`)
  }
  return undefined
}

async function readIncident(tx: Transaction, id: string): Promise<Incident | undefined> {
  const { rows } = await tx.query<{ incident: Incident }>(
    'SELECT gateways.incident_json(t) AS incident FROM gateways.incident t WHERE id = $1 FOR UPDATE',
    [id],
  )
  return rows[0]?.incident
}

async function told(tx: Transaction, type: `incident.${string}`, { id, at, key }: Asked) {
  await recordEvents(tx, INCIDENT_EVENTS, type, [{ id, at }], key)
  const incident = await readIncident(tx, id)
  return { status: 200, body: { incident }, version: incident?.version } as const
}
