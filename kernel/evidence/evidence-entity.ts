import { defineEntity, type EntityType } from '../entities/define-entity.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import { say } from '../languages/say.ts'
import { EVIDENCE_ID, type EvidenceState, evidenceByIds } from './evidence-record.ts'

/** A piece of evidence as a record that something can be done to. */
export type EvidenceSubject = {
  readonly id: string
  readonly of: EntityRef
  readonly state: EvidenceState
  readonly held: boolean
  readonly keepUntil: string
  readonly sha256: string
}

export const evidenceStream = (id: string): string => `kernel.evidence/${id}`

/** What is done to evidence is done by people of the console whose record it is on. */
export function notTheirs({ id }: EvidenceSubject, actor: { readonly roles: readonly string[] }): boolean {
  const console = id.slice(0, id.indexOf('.'))
  return !actor.roles.some((role) => role.startsWith(`${console}/`))
}

/** Read from its own rows; its stream tells when something has happened to it meanwhile. */
export const evidenceEntityType: EntityType<EvidenceSubject, unknown> = {
  kind: 'evidence',
  console: 'kernel',
  consoleOf: (id) => id.slice(0, Math.max(0, id.indexOf('.'))),
  async read(id, _upstreams, context) {
    if (!EVIDENCE_ID.test(id)) return { status: 'missing' }
    const name = evidenceStream(id)
    // The stream first: a step between the two readings is then found out at commit.
    const { length: version } = await context.events(name)
    const [row] = await context.ask((kernel) => evidenceByIds(kernel, [id]))
    if (!row) return { status: 'missing' }
    return {
      status: 'found',
      state: {
        id,
        of: { kind: row.kind, id: row.id },
        state: row.state,
        held: row.held,
        keepUntil: row.keep_until,
        sha256: row.sha256,
      },
      version: String(version),
      stream: { name, version },
      ...(row.tenant_id === null ? {} : { tenantId: row.tenant_id }),
    }
  },
  present: ({ id, of, state, held, keepUntil, sha256 }) => ({
    title: say`Evidence ${id}`,
    state: held ? 'held' : state,
    data: { sha256, keep_until: keepUntil, legal_hold: held },
    related: [{ ...of, title: `${of.kind} ${of.id}`, relation: say`attached to` }],
  }),
}

export const evidenceEntity = defineEntity(evidenceEntityType)
