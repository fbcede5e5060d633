import { z } from 'zod'
import type { Transaction } from '../database/database.ts'
import { text } from '../http/fields.ts'
import { refuse } from '../http/problem.ts'
import type { Outcome } from '../http/route.ts'
import { type Asked, changeTransfer, tooLate } from './change-transfer.ts'
import { recordChangeAnswer } from './move-transfers.ts'
import { onlyNoted, readCorrection } from './read-correction.ts'
import { refuseBy } from './return-deadlines.ts'
import type { AccountOnFile } from './transfer.ts'

/** Nacha Operating Rules, Appendix Five: what refuses a notification of change. */
export const REFUSALS_OF_CHANGE = ['C61', 'C62', 'C63', 'C64', 'C65', 'C66', 'C67', 'C68', 'C69'] as const

export const ChangeAnswerRequest = z.discriminatedUnion('answer', [
  z.strictObject({ answer: z.literal('correct'), note: text(4_000).optional() }),
  z.strictObject({
    answer: z.literal('refuse'),
    code: z.enum(REFUSALS_OF_CHANGE),
    note: text(4_000).optional(),
  }),
])

/**
 * Answers a notification of change: the receiver's account data are corrected for every later payment to them, and the originator
 * is told; or the notification is refused.
 */
export async function answerChange(
  tx: Transaction,
  request: z.infer<typeof ChangeAnswerRequest>,
  asked: Asked,
): Promise<Outcome> {
  const { now } = asked
  return changeTransfer(
    tx,
    asked,
    { movesMoney: false },
    ({ change }) => {
      if (!change || change.answer) {
        return refuse(
          'no_change_to_answer',
          change ? 'It was answered already.' : 'No notification of change came for it.',
        )
      }
      if (request.answer === 'refuse') {
        const until = change.refuse_by ?? refuseBy(new Date(change.received_at)).toISOString()
        return tooLate(until, now, 'It could be refused')
      }
      if (onlyNoted(change.code) || readCorrection(change.code, change.corrected_data)) return undefined
      return refuse(
        'correction_unreadable',
        `The corrected data are not formed as ${change.code} asks; it can be refused with C65.`,
      )
    },
    async ({ id, receiver, change }) => {
      const at = now.toISOString()
      const { note } = request
      if (request.answer === 'refuse') {
        const answer = { answer: 'refused' as const, code: request.code, at, ...(note ? { note } : {}) }
        await recordChangeAnswer(tx, { id, at: now, answer }, asked.key)
        return undefined
      }
      const found = change && readCorrection(change.code, change.corrected_data)
      if (found) await keepOnFile(tx, receiver.party_id, found, id, now)
      const answer = {
        answer: found ? ('corrected' as const) : ('noted' as const),
        at,
        ...(note ? { note } : {}),
        ...(found ? { corrected: Object.keys(found) as (keyof AccountOnFile)[] } : {}),
        originator_told_at: at,
      }
      await recordChangeAnswer(tx, { id, at: now, answer }, asked.key)
      return undefined
    },
  )
}

/** What later payments to this party are sent to; a later correction adds to an earlier one. */
async function keepOnFile(
  tx: Transaction,
  partyId: string,
  corrected: AccountOnFile,
  transferId: string,
  now: Date,
): Promise<void> {
  await tx.query(
    `INSERT INTO cts.account_on_file AS f (party_id, data, corrected_at, transfer_id) VALUES ($1, $2, $3, $4)
     ON CONFLICT (party_id) DO UPDATE SET data = f.data || excluded.data, corrected_at = excluded.corrected_at,
       transfer_id = excluded.transfer_id, version = f.version + 1`,
    [partyId, JSON.stringify(corrected), now, transferId],
  )
}

/** A party's account data as their bank has corrected them. */
export async function readOnFile(
  tx: Transaction,
  partyId: string,
): Promise<{ readonly data: AccountOnFile; readonly version: number }> {
  const { rows } = await tx.query<{ data: AccountOnFile; version: number }>(
    'SELECT data, version FROM cts.account_on_file WHERE party_id = $1',
    [partyId],
  )
  return rows[0] ?? { data: {}, version: 0 }
}
