import type { Door } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'

const FIELDS = { 'target.id': 'id', 'reason.code': 'reason', 'reason.note': 'reason' }
const reason = z.string().trim().min(1).optional()

function targetAnd(id: string | undefined, given: unknown, input: Record<string, unknown> = {}) {
  return { ...{ targetId: id ?? '', input }, ...(given === undefined ? {} : { reason: String(given) }) }
}

/** P-07: the kernel's own actions on people, at the doors of the platform's contract. Who has which role is kept by the kernel alone. */
export const userDoors: Readonly<Record<string, Door>> = {
  'kernel.change_role': {
    method: 'PUT',
    path: '/api/ops/users/:id/role',
    body: z.object({ role: z.string().trim().min(1).max(128), reason }),
    fields: FIELDS,
    toRequest: ({ role, reason: why }, { id }) => targetAnd(id, why, { role: roleNamed(String(role)) }),
    statusWhileOpen: 200,
    beside: ({ id, state }) =>
      state === 'executed'
        ? { success: true, message: say`Role changed` }
        : {
            ...{ success: true, approvalRequestId: id },
            message: say`Role assignment requires dual approval`,
            note: say`Another PLATFORM_ADMIN must approve this request`,
          },
  },
  'kernel.disable_account': {
    method: 'PUT',
    path: '/api/ops/users/:id/disable',
    body: z.object({ reason }),
    fields: FIELDS,
    toRequest: ({ reason: why }, { id }) => targetAnd(id, why),
    beside: () => ({
      ...{ success: true, message: say`User disabled` },
      note: say`Every session of theirs is over. Two people enable the account again.`,
    }),
  },
  'kernel.enable_account': {
    method: 'PUT',
    path: '/api/ops/users/:id/enable',
    body: z.object({ reason }),
    fields: FIELDS,
    toRequest: ({ reason: why }, { id }) => targetAnd(id, why),
    statusWhileOpen: 200,
    beside: ({ id, state }) =>
      state === 'executed'
        ? { success: true, message: say`User enabled` }
        : {
            ...{ success: true, approvalRequestId: id },
            message: say`Enabling an account requires dual approval`,
            note: say`Another PLATFORM_ADMIN must approve this request`,
          },
  },
  'kernel.end_session': {
    method: 'DELETE',
    path: '/api/ops/users/:id/sessions/:session',
    body: z.object({ reason }),
    fields: { ...FIELDS, 'input.session': 'session' },
    toRequest: ({ reason: why }, { id, session }) => targetAnd(id, why, { session }),
    beside: () => ({ success: true, message: say`Session ended` }),
  },
}

/** `OPS_ADMIN` is this console's; `console/ROLE` is taken as it is. */
function roleNamed(role: string): string {
  return role.includes('/') ? role : `platform/${role}`
}
