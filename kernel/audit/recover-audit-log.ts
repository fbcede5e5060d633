import { z } from 'zod'
import { accept, defineAction, refuse } from '../actions/define-action.ts'
import { say, written } from '../languages/say.ts'
import { AUDIT_LOG_ID, AUDIT_LOG_STREAM, auditLog } from './audit-log-entity.ts'
import type { AuditLogState } from './audit-log-state.ts'
import { type ForkDeclaration, RECOVER_ACTION } from './declared-in-log.ts'

const input = z.object({
  lost_size: z
    .int()
    .min(0)
    .meta({ title: 'Entries lost', description: 'Size of the newest checkpoint that the witness holds.' }),
  lost_root: z
    .string()
    .regex(/^[A-Za-z0-9+/]{43}=$/, written(say`must be a root in base64`))
    .meta({ title: 'Root of what is lost', description: 'Of that checkpoint, in base64.' }),
})

/**
 * After the restore of an old backup: one person declares the history that the witness has seen lost, another agrees,
 * and the log goes on from the newest checkpoint in the database. Both entries are part of what goes on, for ever.
 */
export const recoverAuditLog = defineAction<AuditLogState, typeof input, ForkDeclaration, unknown>({
  name: RECOVER_ACTION,
  risk: 'critical',
  movesMoney: false,
  containment: true,
  target: auditLog,
  input,
  reasons: [
    { code: 'backup_restored', title: say`An old backup was restored`, noteRequired: true },
    { code: 'other', title: say`Other (say what)`, noteRequired: true },
  ],
  approvals: {
    required: 1,
    leastRequired: 1,
    // Whoever policy lets decide (kernel/access/with-deciders.ts).
    eligibleRoles: [],
    expiresInS: 24 * 3600,
  },
  present: {
    title: say`Recover audit log`,
    tone: 'danger',
    help: say`Declares entries lost that were signed. It can never be taken back or hidden.`,
  },
  decide({ lost, published }, { lost_size, lost_root }) {
    if (!lost) {
      return refuse('nothing_is_lost', say`The signer has not found that anything signed is lost.`)
    }
    if (lost.size !== lost_size || lost.root !== lost_root) {
      return refuse(
        'not_what_is_lost',
        say`What is lost is the checkpoint of ${lost.size} entries with the root ${lost.root}.`,
      )
    }
    return accept({ lost, from: published })
  },
  preview: ({ lost, published }) => ({
    summary: say`What was signed behind entry ${published.size} is declared lost; the log goes on from there.`,
    changes: [
      {
        label: say`Signed and lost`,
        before: say`${lost?.size ?? ''} entries, root ${lost?.root ?? ''}`,
        after: say`lost`,
      },
      { label: say`The log goes on from`, after: say`${published.size} entries, root ${published.root}` },
    ],
    effects: [
      say`The console can be used again once the signer has shown this to the witness.`,
      say`Every verification from now on reports it, with both names. It can never be taken back.`,
    ],
  }),
  recorded: (fork) => ({ fork }),
  eventTypes: ['kernel.audit_log.fork_declared'],
  events: (fork) => [
    {
      type: 'kernel.audit_log.fork_declared',
      stream: AUDIT_LOG_STREAM,
      refs: [{ kind: 'audit_log', id: AUDIT_LOG_ID }],
      payload: { ...fork },
    },
  ],
})
