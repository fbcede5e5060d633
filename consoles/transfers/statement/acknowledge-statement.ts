import { accept, defineAction, OTHER, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import type { Statement } from '../exception/exception.ts'
import { differenceInWords, statement } from '../exception/exception-entity.ts'
import { deliverToRecon } from '../recon/deliver-to-recon.ts'
import type { Upstreams } from '../upstreams.ts'

/** A person has seen that a statement does not add up, and says why its lines may be matched all the same. */
export const acknowledgeStatement = defineAction<
  Statement,
  z.ZodObject,
  { id: string; reason: string },
  Upstreams
>({
  name: 'transfers.acknowledge_statement',
  risk: 'medium',
  movesMoney: false,
  target: statement,
  input: z.object({}),
  reasons: [
    { code: 'bank_confirmed', title: say`The bank confirms the difference`, noteRequired: true },
    { code: 'correction_expected', title: say`A corrected statement will follow` },
    { code: 'known_bank_defect', title: say`Known defect of this bank’s files` },
    OTHER,
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 24 * 3600 },
  present: {
    title: say`Acknowledge difference`,
    tone: 'neutral',
    help: say`Takes the statement out of quarantine; its lines are then matched.`,
  },
  decide(record, _input, { reason }) {
    if (record.state !== 'quarantined') {
      return refuse('not_quarantined', say`It is ${record.state}; there is nothing to acknowledge.`)
    }
    return accept({ id: record.id, reason: reason?.code ?? OTHER.code })
  },
  preview: (record) => ({
    summary: say`The difference is taken note of; the statement leaves quarantine.`,
    changes: [{ label: say`Statement`, before: say`quarantined`, after: say`matched` }],
    effects: [
      differenceInWords(record),
      // It may hold it for more than the difference.
      ...(record.reason === undefined || record.reason === differenceInWords(record)
        ? []
        : [say`Recon’s words: “${record.reason}”`]),
      say`Its lines are matched with postings; what is left becomes exceptions.`,
    ],
  }),
  effect: deliverToRecon(({ id, reason }, { upstreams, key, targetVersion, signal }) =>
    upstreams.recon.acknowledgeStatement(id, { reason }, { key, ifMatch: targetVersion, signal }),
  ),
})
