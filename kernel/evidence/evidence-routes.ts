import { z } from 'zod'
import { replayHeaders } from '../actions/answer-once.ts'
import { auditOf, originFacts } from '../actions/audit-parts.ts'
import { commitWrite } from '../actions/commit-write.ts'
import { type Failure, fail, invalid, ok } from '../actions/failure.ts'
import { mayAnnotate } from '../entities/annotatable-record.ts'
import { entityId, entityRef } from '../entities/entity-ref.ts'
import { ofRecord } from '../entities/entity-routes.ts'
import { maySee } from '../entities/visible-entity.ts'
import { cursorParameter, cursorTime, encodeCursor, limitParameter } from '../http/cursor.ts'
import { type Route, route } from '../http/route.ts'
import type { Principal, RequestOrigin } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { english } from '../languages/make-teller.ts'
import { say, written } from '../languages/say.ts'
import { ANNOTATE } from '../notes/annotate.ts'
import { evidenceClasses } from '../retention/retention-classes.ts'
import { attachEvidence, type EvidenceSettings, evidenceQuery, openEvidence } from './attach-evidence.ts'
import {
  EVIDENCE_ID,
  type EvidenceRow,
  evidenceByIds,
  evidenceOnWire,
  evidencePage,
} from './evidence-record.ts'
import { EVIDENCE_TYPES } from './evidence-types.ts'

const PAGE_DEFAULT = 50
const params = z.object({ kind: entityRef.shape.kind, id: entityId })
const oneParams = params.extend({
  evidence_id: z.string().regex(EVIDENCE_ID, written(say`must be the id of a piece of evidence`)),
})

/** K-27, K-35: files on any record. */
export function evidenceRoutes(
  kernel: Kernel,
  settings: EvidenceSettings & { readonly maxBytes: number },
): Route[] {
  const attach = route({
    method: 'POST',
    url: '/v1/entities/:kind/:id/evidence',
    summary: 'Attach a file to a record; the body is the file as it is',
    access: { permission: ANNOTATE },
    params,
    query: evidenceQuery,
    takesBytes: EVIDENCE_TYPES.map(({ type }) => type),
    bodyLimitBytes: settings.maxBytes,
    idempotencyKey: 'required',
    answer: 'Evidence',
    async handle({ principal, origin, params, query, body, request, key }) {
      if (!Buffer.isBuffer(body)) return fail(invalid({ field: 'body', message: say`is the file to attach` }))
      const attached = await attachEvidence(kernel, settings, {
        principal,
        origin,
        of: params,
        key,
        name: query.name,
        retention: query.retention,
        declaredType: request.headers['content-type'] ?? '',
        bytes: body,
      })
      if (!attached.ok) return attached
      return ok({
        status: attached.value.status,
        headers: replayHeaders(attached.value),
        body: { ...(JSON.parse(attached.value.body) as object), name: query.name },
      })
    },
  })

  const list = route({
    method: 'GET',
    url: '/v1/entities/:kind/:id/evidence',
    summary: 'Files attached to a record, newest first; and what may be attached',
    access: ofRecord(kernel),
    params,
    query: z.strictObject({
      cursor: cursorParameter(z.strictObject({ at: cursorTime, id: z.string().max(128) })).optional(),
      limit: limitParameter(PAGE_DEFAULT),
    }),
    answer: 'EvidenceList',
    async handle({ principal, origin, params, query }) {
      const seen = await maySee(kernel, principal, origin, params)
      if (!seen.ok) return seen
      const page = await evidencePage(kernel, params, query.cursor, query.limit)
      return ok({
        body: {
          evidence: await Promise.all(
            page.rows.filter((row) => isOfTenantOf(principal, row)).map((row) => evidenceOnWire(kernel, row)),
          ),
          next_cursor: page.next === null ? null : encodeCursor(page.next),
          may_annotate: await mayAnnotate(kernel, principal, params),
          accepts: {
            types: EVIDENCE_TYPES.map(({ type, title }) => ({ type, title })),
            max_bytes: settings.maxBytes,
            retention: evidenceClasses.map(({ name, title }) => ({ name, title })),
          },
        },
      })
    },
  })

  const download = route({
    method: 'GET',
    url: '/v1/entities/:kind/:id/evidence/:evidence_id',
    summary: 'The file itself; that it was taken is recorded',
    access: ofRecord(kernel),
    params: oneParams,
    answerType: 'application/octet-stream',
    async handle({ principal, origin, params }) {
      const seen = await maySee(kernel, principal, origin, params)
      if (!seen.ok) return seen
      const [row] = await evidenceByIds(kernel, [params.evidence_id])
      if (!row || row.kind !== params.kind || row.id !== params.id || !isOfTenantOf(principal, row)) {
        return fail({
          kind: 'not_found',
          code: 'not_found',
          message: say`There is no evidence "${params.evidence_id}" on this record.`,
        })
      }
      const withheld = withheldBecause(row)
      if (withheld) return fail(withheld)
      const bytes = await openEvidence(kernel, settings.store, row)
      if (!bytes.ok) return bytes
      await recordDownload(kernel, principal, origin, row)
      const { name } = await evidenceOnWire(kernel, row)
      return ok({
        text: bytes.value,
        type: row.type,
        headers: {
          'content-disposition': attachmentNamed(name),
          'x-content-type-options': 'nosniff',
          'content-security-policy': "sandbox; default-src 'none'",
          // RFC 9530
          'content-digest': `sha-256=:${Buffer.from(row.sha256, 'hex').toString('base64')}:`,
        },
      })
    },
  })

  return [attach, list, download]
}

function isOfTenantOf(principal: Principal, { tenant_id }: EvidenceRow): boolean {
  return tenant_id === null || principal.tenants.includes(tenant_id)
}

function withheldBecause(row: EvidenceRow): Failure | undefined {
  switch (row.state) {
    case 'available':
      return undefined
    case 'quarantined':
      return {
        kind: 'conflict',
        code: 'evidence_quarantined',
        message:
          row.verdict === 'infected'
            ? say`The virus scanner has found something in this file. It is not given out.`
            : say`The virus scanner has not seen this file yet. It is not given out until it has.`,
        extra: { state: row.state },
      }
    case 'removed':
      return {
        kind: 'gone',
        code: 'evidence_removed',
        message: say`This file was kept for its term and removed at ${row.removed_at ?? ''}. Its checksum is ${row.sha256}.`,
      }
    default:
      return row.state satisfies never
  }
}

/** Where it cannot be recorded, nothing is given out. */
async function recordDownload(
  kernel: Kernel,
  principal: Principal,
  origin: RequestOrigin,
  row: EvidenceRow,
): Promise<void> {
  const committed = await commitWrite(kernel.pool, {
    tenant_id: row.tenant_id,
    events: [],
    audit: auditOf(kernel, {
      kind: 'export',
      actor: { id: principal.id, roles: principal.roles },
      action: 'kernel.download_evidence',
      target: { kind: row.kind, id: row.id },
      outcome: 'allowed',
      detail: { evidence: row.evidence_id, sha256: row.sha256 },
      ...(row.tenant_id === null ? {} : { tenantId: row.tenant_id }),
      ...originFacts(origin),
    }),
  })
  if (!committed.ok)
    throw new Error(`a download could not be recorded: ${english(committed.failure.message)}`)
}

/** RFC 6266 §4.3: the name as it is for who reads UTF-8, and one of plain letters for who does not. */
function attachmentNamed(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9._ -]/g, '_')
  // RFC 8187 §3.2.1 leaves fewer characters as they are than encodeURIComponent does.
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
