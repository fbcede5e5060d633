import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { Id } from '../http/fields.ts'
import { listRecords, PageQuery, pageOf, readRecord } from '../http/list-records.ts'
import { OF_A_KEY, onceAt } from '../http/perform-once.ts'
import { defineRoute, type Route } from '../http/route.ts'
import { WindowQuery } from '../http/time-window.ts'
import { CHECKOUT_METHODS } from '../merchants/merchant.ts'
import {
  CredentialRequest,
  RoutingRequest,
  StatusRequest,
  setCredential,
  setRouting,
  setStatus,
} from './change-gateway.ts'
import { BreakerRequest, forceBreaker } from './force-breaker.ts'
import { BREAKER_STATES, GATEWAY_STATUSES, GatewaySchema } from './gateway.ts'
import { gatewayMetrics, MetricsReply } from './gateway-metrics.ts'
import {
  INCIDENT_STATES,
  IncidentSchema,
  NewIncident,
  openIncident,
  ResolveRequest,
  SEVERITIES,
  UpdateRequest,
  updateIncident,
} from './incident.ts'
import { EndOverrideRequest, endOverride, OverrideRequest, overrideRouting } from './override-routing.ts'

const GATEWAYS = {
  plural: 'gateways',
  table: 'gateways.gateway',
  json: 'gateways.gateway_json(t)',
  orderBy: 'created_at',
}
const INCIDENTS = {
  plural: 'incidents',
  table: 'gateways.incident',
  json: 'gateways.incident_json(t)',
  orderBy: 'opened_at',
}
const ById = z.strictObject({ id: Id })
const Changed = z.strictObject({ gateway: GatewaySchema })
const ChangedIncident = z.strictObject({ incident: IncidentSchema })

/** `/gateways`: by which way merchants' payments go, how the gateways fare, and what is done about it. */
export function gatewayRoutes(database: Database, now: () => Date): Route[] {
  const once = onceAt(database, now, 'gateways')
  return [
    defineRoute({
      method: 'GET',
      path: '/gateways',
      operationId: 'listGateways',
      summary: 'Gateways, newest first',
      query: PageQuery.extend({
        kind: z.enum(CHECKOUT_METHODS).optional(),
        status: z.enum(GATEWAY_STATUSES).optional(),
        breaker: z.enum(BREAKER_STATES).optional(),
      }),
      replies: { 200: pageOf('gateways', GatewaySchema) },
      refusals: ['invalid_request'],
      handle: ({ query }) =>
        listRecords(database, GATEWAYS, query, [
          { value: query.kind, sql: (kind) => `t.kind = ${kind}` },
          { value: query.status, sql: (status) => `t.status = ${status}` },
          { value: query.breaker, sql: (breaker) => `t.breaker = ${breaker}` },
        ]),
    }),
    defineRoute({
      method: 'GET',
      path: '/gateways/{id}',
      operationId: 'readGateway',
      summary: 'One gateway as it is now',
      params: ById,
      replies: { 200: GatewaySchema },
      refusals: ['invalid_request', 'not_found'],
      handle: ({ params }) => readRecord(database, GATEWAYS, params.id, 'gateway'),
    }),
    defineRoute({
      method: 'GET',
      path: '/gateways/{id}/metrics',
      operationId: 'readMetrics',
      summary:
        'How payments have fared by a gateway, by the minute: the last hour, or at most a day; to is not included',
      params: ById,
      query: WindowQuery,
      replies: { 200: MetricsReply },
      refusals: ['invalid_request', 'not_found'],
      handle: ({ params, query }) => gatewayMetrics(database, params.id, now(), query),
    }),
    defineRoute({
      method: 'POST',
      path: '/gateways/{id}/status',
      operationId: 'setStatus',
      summary: 'Say how a gateway is; one that is down or in maintenance takes no payment',
      params: ById,
      body: StatusRequest,
      key: 'required',
      conditional: true,
      replies: { 200: Changed },
      refusals: [...OF_A_KEY, 'not_found', 'already_so', 'version_conflict'],
      handle: ({ params: { id }, body, ifMatch, key }) =>
        once('gateway.set_status', { target: id, body, key }, (tx, at) =>
          setStatus(tx, { id, at, ifMatch, key }, body),
        ),
    }),
    defineRoute({
      method: 'POST',
      path: '/gateways/{id}/routing',
      operationId: 'setRouting',
      summary: 'Change the weight or the priority of a gateway',
      params: ById,
      body: RoutingRequest,
      key: 'required',
      conditional: true,
      replies: { 200: Changed },
      refusals: [...OF_A_KEY, 'not_found', 'already_so', 'last_of_kind', 'version_conflict'],
      handle: ({ params: { id }, body, ifMatch, key }) =>
        once('gateway.set_routing', { target: id, body, key }, (tx, at) =>
          setRouting(tx, { id, at, ifMatch, key }, body),
        ),
    }),
    defineRoute({
      method: 'POST',
      path: '/gateways/{id}/breaker',
      operationId: 'forceBreaker',
      summary: 'Force the breaker of a gateway open or closed for a time, or leave it to itself again',
      params: ById,
      body: BreakerRequest,
      key: 'required',
      conditional: true,
      replies: { 200: Changed },
      refusals: [...OF_A_KEY, 'not_found', 'already_so', 'version_conflict'],
      handle: ({ params: { id }, body, ifMatch, key }) =>
        once('gateway.force_breaker', { target: id, body, key }, (tx, at) =>
          forceBreaker(tx, { id, at, ifMatch, key }, body),
        ),
    }),
    defineRoute({
      method: 'POST',
      path: '/gateways/{id}/override',
      operationId: 'overrideRouting',
      summary: 'Have authorisations whose turn is a gateway’s go by another one, for a time',
      params: ById,
      body: OverrideRequest,
      key: 'required',
      conditional: true,
      replies: { 200: Changed },
      refusals: [...OF_A_KEY, 'not_found', 'override_in_force', 'gateway_unsuitable', 'version_conflict'],
      handle: ({ params: { id }, body, ifMatch, key }) =>
        once('gateway.override', { target: id, body, key }, (tx, at) =>
          overrideRouting(tx, { id, at, ifMatch, key }, body),
        ),
    }),
    defineRoute({
      method: 'POST',
      path: '/gateways/{id}/override/end',
      operationId: 'endOverride',
      summary: 'End an override before its time',
      params: ById,
      body: EndOverrideRequest,
      key: 'required',
      conditional: true,
      replies: { 200: Changed },
      refusals: [...OF_A_KEY, 'not_found', 'no_override', 'version_conflict'],
      handle: ({ params: { id }, body, ifMatch, key }) =>
        once('gateway.end_override', { target: id, body, key }, (tx, at) =>
          endOverride(tx, { id, at, ifMatch, key }),
        ),
    }),
    defineRoute({
      method: 'POST',
      path: '/gateways/{id}/credentials',
      operationId: 'setCredential',
      summary: 'Replace a credential of a gateway; no answer ever has the secret',
      params: ById,
      body: CredentialRequest,
      key: 'required',
      conditional: true,
      replies: { 200: Changed },
      refusals: [...OF_A_KEY, 'not_found', 'version_conflict'],
      handle: ({ params: { id }, body, ifMatch, key }) =>
        once('gateway.set_credential', { target: id, body, key }, (tx, at) =>
          setCredential(tx, { id, at, ifMatch, key }, body),
        ),
    }),
    defineRoute({
      method: 'GET',
      path: '/incidents',
      operationId: 'listIncidents',
      summary: 'Incidents, newest first',
      query: PageQuery.extend({
        gateway_id: Id.optional(),
        state: z.enum(INCIDENT_STATES).optional(),
        severity: z.enum(SEVERITIES).optional(),
      }),
      replies: { 200: pageOf('incidents', IncidentSchema) },
      refusals: ['invalid_request'],
      handle: ({ query }) =>
        listRecords(database, INCIDENTS, query, [
          { value: query.gateway_id, sql: (gateway) => `t.gateway_id = ${gateway}` },
          { value: query.state, sql: (state) => `t.state = ${state}` },
          { value: query.severity, sql: (severity) => `t.severity = ${severity}` },
        ]),
    }),
    defineRoute({
      method: 'GET',
      path: '/incidents/{id}',
      operationId: 'readIncident',
      summary: 'One incident with its updates',
      params: ById,
      replies: { 200: IncidentSchema },
      refusals: ['invalid_request', 'not_found'],
      handle: ({ params }) => readRecord(database, INCIDENTS, params.id, 'incident'),
    }),
    defineRoute({
      method: 'POST',
      path: '/incidents',
      operationId: 'openIncident',
      summary: 'Open an incident of a gateway',
      body: NewIncident,
      key: 'required',
      replies: { 201: ChangedIncident },
      refusals: [...OF_A_KEY, 'not_found'],
      handle: ({ body, key }) =>
        once('incident.open', { target: body.gateway_id, body, key }, (tx, at) =>
          openIncident(tx, { id: `inc_${randomUUID()}`, at, key }, body),
        ),
    }),
    defineRoute({
      method: 'POST',
      path: '/incidents/{id}/updates',
      operationId: 'updateIncident',
      summary: 'Add to an incident what is known by now',
      params: ById,
      body: UpdateRequest,
      key: 'required',
      conditional: true,
      replies: { 200: ChangedIncident },
      refusals: [...OF_A_KEY, 'not_found', 'incident_resolved', 'updates_exhausted', 'version_conflict'],
      handle: ({ params: { id }, body, ifMatch, key }) =>
        once('incident.update', { target: id, body, key }, (tx, at) =>
          updateIncident(tx, { id, at, ifMatch, key }, body),
        ),
    }),
    defineRoute({
      method: 'POST',
      path: '/incidents/{id}/resolve',
      operationId: 'resolveIncident',
      summary: 'End an incident',
      params: ById,
      body: ResolveRequest,
      key: 'required',
      conditional: true,
      replies: { 200: ChangedIncident },
      refusals: [...OF_A_KEY, 'not_found', 'incident_resolved', 'version_conflict'],
      handle: ({ params: { id }, body, ifMatch, key }) =>
        once('incident.resolve', { target: id, body, key }, (tx, at) =>
          updateIncident(tx, { id, at, ifMatch, key }, { ...body, state: 'resolved' }),
        ),
    }),
  ]
}
