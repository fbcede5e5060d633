import { loadPerson } from '../access/person-record.ts'
import { alertKindOf } from '../alerts/alert-kind-of.ts'
import { peopleWithRoles, roleHolders, rolesOfConsole } from '../alerts/people-on-call.ts'
import { ruledActions } from '../approvals/ruled-actions.ts'
import { readAuditLogState } from '../audit/audit-log-state.ts'
import { consolesOn } from '../connectors/consoles-on.ts'
import { loadDeadLetters } from '../dead-letters/dead-letter-record.ts'
import { subjectDataOf } from '../erasure/subject-data.ts'
import { readStream } from '../events/read-stream.ts'
import { evidenceByIds } from '../evidence/evidence-record.ts'
import type { Kernel } from '../kernel.ts'
import { projectionRecords } from '../projections/projection-record.ts'
import { operatorsOf } from '../queues/operator.ts'
import { findWorkItem } from '../queues/queue-query.ts'
import type { ReadContext } from './define-action.ts'
import { loadRequest, REQUEST_ID } from './request-record.ts'

/** An upstream that has not answered a read by then counts as unreadable. */
const READ_TIMEOUT_MS = 4_000

/** What a reading may use besides its upstream. */
export function readContext(kernel: Kernel): ReadContext {
  return {
    ruledActions: (console) => ruledActions(kernel, console),
    consolesOn: (upstream) => consolesOn(kernel, upstream),
    rolesOf: (console) => rolesOfConsole(kernel, console),
    peopleOf: (console) => peopleWithRoles(kernel.pool, rolesOfConsole(kernel, console)),
    holdersOf: (roles) => roleHolders(kernel.pool, roles),
    operatorsOf: (queue, item) => operatorsOf(kernel, queue, item),
    rolesFor: (permission) => kernel.access.rolesFor(permission),
    alertKind: (name) => alertKindOf(kernel, name),
    events: (stream) => readStream(kernel.pool, stream),
    request: (id) => (REQUEST_ID.test(id) ? loadRequest(kernel.pool, id) : Promise.resolve(undefined)),
    person: (id) => loadPerson(kernel.pool, id),
    evidence: async (id) => (await evidenceByIds(kernel, [id]))[0],
    deadLetters: (id) => loadDeadLetters(kernel, id),
    projection: async (name) => (await projectionRecords(kernel.pool, name))[0],
    subjectData: (of, subjects) => subjectDataOf(kernel, of, subjects),
    auditLog: () => readAuditLogState(kernel.pool),
    workItem: (queue, itemId) => findWorkItem(kernel, queue, itemId),
    signal: AbortSignal.timeout(READ_TIMEOUT_MS),
  }
}
