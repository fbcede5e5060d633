import { createHash } from 'node:crypto'
import { defineEntity, type EntityType } from '../entities/define-entity.ts'
import { say } from '../languages/say.ts'
import { type AuditLogState, readAuditLogState } from './audit-log-state.ts'

/** There is one log. */
export const AUDIT_LOG_ID = 'main'
export const AUDIT_LOG_STREAM = `kernel.audit_log/${AUDIT_LOG_ID}`

/** The audit log itself, as people act on it: to recover it, to change its key. */
export const auditLog: EntityType<AuditLogState, unknown> = {
  kind: 'audit_log',
  console: 'kernel',
  async read(id, _upstreams, context) {
    if (id !== AUDIT_LOG_ID) return { status: 'missing' }
    const [state, events] = await Promise.all([
      context.ask(({ pool }) => readAuditLogState(pool)),
      context.events(AUDIT_LOG_STREAM),
    ])
    return {
      status: 'found',
      state,
      version: versionOf(state, events.length),
      stream: { name: AUDIT_LOG_STREAM, version: events.length },
    }
  },
  present: (state) => ({
    title: say`Audit log`,
    state: state.halt ? 'halted' : 'signed',
    data: {
      key: state.key ?? null,
      offered_key: state.offeredKey ?? null,
      published: state.published,
      halt: state.halt ? { code: state.halt.code, message: state.halt.message } : null,
      lost: state.lost ?? null,
    },
    ...(state.halt ? { banners: [{ tone: 'danger' as const, text: state.halt.message }] } : {}),
  }),
}

export const auditLogEntity = defineEntity(auditLog)

/** Of what is decided on alone: the log itself grows all the time. */
function versionOf({ lost, published, key, offeredKey }: AuditLogState, events: number): string {
  const decidedOn = [events, lost ?? null, lost ? published : null, key ?? null, offeredKey ?? null]
  return createHash('sha256').update(JSON.stringify(decidedOn)).digest('hex').slice(0, 32)
}
