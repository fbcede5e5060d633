import { z } from 'zod'
import { accept, defineAction, refuse, refuseField } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import { AUDIT_LOG_ID, AUDIT_LOG_STREAM, auditLog } from './audit-log-entity.ts'
import type { AuditLogState } from './audit-log-state.ts'
import { ROTATE_ACTION, type RotationDeclaration } from './declared-in-log.ts'

/** C2SP signed note: name, eight hex digits, base64 of a type byte and 32 bytes; the origin is at most so long. */
const VERIFIER_KEY_MAX_CHARACTERS = 320

const input = z.object({
  new_key: z.string().max(VERIFIER_KEY_MAX_CHARACTERS).meta({
    title: 'New verifier key',
    description: 'The public part of the key that the signer holds beside its own: name+hash+base64.',
  }),
})

/** Two people say which key signs the log from here on; both keys sign the checkpoint that covers it. */
export const rotateAuditKey = defineAction<AuditLogState, typeof input, RotationDeclaration, unknown>({
  name: ROTATE_ACTION,
  risk: 'critical',
  movesMoney: false,
  target: auditLog,
  input,
  reasons: [
    { code: 'scheduled', title: say`As scheduled` },
    { code: 'key_exposed', title: say`The key may be known to others`, noteRequired: true },
    { code: 'other', title: say`Other (say what)`, noteRequired: true },
  ],
  approvals: {
    required: 1,
    leastRequired: 1,
    // Whoever policy lets decide (kernel/access/with-deciders.ts).
    eligibleRoles: [],
    expiresInS: 24 * 3600,
  },
  present: { title: say`Change audit log key`, tone: 'danger' },
  decide({ key, offeredKey }, { new_key }) {
    if (key === undefined)
      return refuse('nothing_signed', say`The log has not been signed yet; its first key is.`)
    if (offeredKey === undefined) {
      return refuse(
        'no_key_offered',
        say`The signer holds no other key. Give it one as AUDIT_NEXT_SIGNING_KEY and start it anew.`,
      )
    }
    if (new_key !== offeredKey) {
      return refuseField('input.new_key', say`must be the key that the signer holds`, [offeredKey])
    }
    return accept({ old_key: key, new_key })
  },
  preview: ({ key = '' }, { new_key }) => ({
    summary: say`From the next checkpoint on the log is signed with another key.`,
    changes: [{ label: say`Key`, before: key, after: new_key }],
    effects: [
      say`Both keys sign the checkpoint that covers this.`,
      say`Who verifies the log with the old key is led to the new one by the log itself.`,
    ],
  }),
  recorded: (rotation) => ({ rotation }),
  eventTypes: ['kernel.audit_log.key_changed'],
  events: (rotation) => [
    {
      type: 'kernel.audit_log.key_changed',
      stream: AUDIT_LOG_STREAM,
      refs: [{ kind: 'audit_log', id: AUDIT_LOG_ID }],
      payload: { ...rotation },
    },
  ],
})
