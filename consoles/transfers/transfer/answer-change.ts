import { accept, defineAction, OTHER, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import { correctionLines, HIDDEN_FIELDS } from './account-correction.ts'
import { changeWaits, wasCorrected } from './change-waits.ts'
import { deliverToCts } from './deliver-to-cts.ts'
import { type NamedReceiver, namedReceiver, whileListed } from './named-receiver.ts'
import { onlyNoted, readCorrection } from './read-correction.ts'
import { shownName } from './shown-party.ts'

const CORRECTED_DATA = { path: 'change.corrected_data', title: say`What the bank corrects` }

/** Where every later payment goes: whoever agrees holds it against what the bank has sent. */
function correctsUnseen({ change }: NamedReceiver): readonly string[] {
  const correction = change && readCorrection(change.code, change.corrected_data ?? '')
  const unseen = HIDDEN_FIELDS.some((field) => correction?.[field] !== undefined)
  return unseen ? [CORRECTED_DATA.path] : []
}

/** What the receiving bank corrects is corrected for every later payment, and the originator is told. */
export const answerChange = defineAction<NamedReceiver, z.ZodObject, { readonly id: string }, Upstreams>({
  name: 'transfers.answer_change',
  risk: 'high',
  movesMoney: false,
  target: namedReceiver(
    ({ change }) => change && readCorrection(change.code, change.corrected_data ?? '')?.name,
  ),
  openedBeforeAgreeing: { fields: [CORRECTED_DATA], taken: correctsUnseen },
  input: z.object({}),
  reasons: [
    { code: 'bank_notified', title: say`As their bank notified` },
    { code: 'originator_confirmed', title: say`The originator confirms it` },
    OTHER,
  ],
  approvals: { required: 1, eligibleRoles: ['transfers/ADMIN'], expiresInS: 24 * 3600 },
  present: {
    title: say`Correct account`,
    tone: 'neutral',
    help: say`Corrects the receiver's account for every later payment and tells the originator, within two banking days. The bank can correct it again; there is nothing to take back.`,
  },
  offeredOn: wasCorrected,
  attributes: (record) => ({ rail: record.rail }),
  decide(record) {
    const refused = changeWaits(record)
    if (refused || !record.change)
      return refused ?? refuse('no_change', say`No notification of change came for it.`)
    const { code, corrected_data } = record.change
    if (!onlyNoted(code) && readCorrection(code, corrected_data ?? '') === undefined) {
      return refuse(
        'correction_unreadable',
        say`What the bank sent is not formed as ${code} asks, so nothing can be corrected with it. Refuse it with C65.`,
      )
    }
    return whileListed(record) ?? accept({ id: record.id })
  },
  preview(record) {
    const { change, originator, receiver } = record
    const [from, to] = [shownName(originator), shownName(receiver)]
    const correction = change && readCorrection(change.code, change.corrected_data ?? '')
    return {
      summary: correction
        ? say`The account of ${to} is corrected for every later payment, and ${from} is told.`
        : say`The notification is taken note of, and ${from} is told.`,
      changes: correction ? correctionLines(record, correction) : [],
      effects: [
        ...(correction
          ? [
              say`From now on the core transfer service uses the corrected data of ${to} for every payment. This one stays as it was.`,
            ]
          : [say`It corrects no account data.`]),
        say`The originator corrects it too, within six banking days or before the next payment.`,
        ...(change?.tell_by === undefined
          ? []
          : [say`Deadline for telling the originator: ${new Date(change.tell_by)}.`]),
        say`Its item leaves the queue.`,
      ],
    }
  },
  effect: deliverToCts(({ id }, { upstreams, key, targetVersion, signal }) =>
    upstreams.cts.answerChange(id, { answer: 'correct' }, { key, ifMatch: targetVersion, signal }),
  ),
})
