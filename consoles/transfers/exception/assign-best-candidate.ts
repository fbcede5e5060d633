import { accept, defineAction, OTHER, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import { candidateInWords } from './candidate-in-words.ts'
import { comesTo } from './comes-to.ts'
import type { ReconException } from './exception.ts'
import { type AcceptedChange, atRecon, unlessOpen } from './exception-change.ts'
import { exception } from './exception-entity.ts'
import { exceptionTitle } from './exception-title.ts'

/** Below this a person looks at each by itself: amount and day alone come to 0.60. */
const BEST_SCORE_MIN = 0.8

/**
 * The line goes to its best candidate, where nobody would hesitate: good enough, no other as good, and of the very amount. For many
 * lines at once; Recon looks once more when it does so.
 */
export const assignBestCandidate = defineAction<ReconException, z.ZodObject, AcceptedChange, Upstreams>({
  name: 'transfers.assign_best_candidate',
  risk: 'medium',
  movesMoney: false,
  target: { ...exception, list: undefined },
  input: z.object({}),
  reasons: [{ code: 'best_candidate', title: say`The best candidate is good enough` }, OTHER],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 24 * 3600 },
  excludes: ['transfers.assign_exception'],
  present: {
    title: say`Assign to best candidate`,
    tone: 'neutral',
    help: say`Only where it scores ${scoreText(BEST_SCORE_MIN)} or more, no other is as good, and it comes to the line’s amount.`,
  },
  inverse: 'transfers.unassign_exception',
  offeredOn: ({ state, kind }) => state === 'open' && kind === 'statement_line',
  decide(record, _input, { actor, reason }) {
    if (record.kind === 'posting') {
      return refuse('posting_not_assigned', say`It is a posting; a statement line is assigned to it.`)
    }
    const refused = unlessOpen(record)
    if (refused) return refused
    const [best, second] = record.candidates
    if (best === undefined) return refuse('no_candidate', say`It has no candidate.`)
    if (best.score < BEST_SCORE_MIN) {
      return refuse(
        'score_too_low',
        say`Its best candidate ${best.id} has ${scoreText(best.score)}; below ${scoreText(BEST_SCORE_MIN)} somebody looks at it by itself.`,
      )
    }
    if (second?.score === best.score) {
      return refuse(
        'candidates_as_good',
        say`${best.id} and ${second.id} are as good as one another: somebody has to choose.`,
      )
    }
    if (!comesTo(best, record)) {
      return refuse(
        'candidate_of_other_amount',
        say`Its best candidate ${best.id} is not of the line’s amount: somebody has to say what becomes of the rest.`,
      )
    }
    return accept({
      id: record.id,
      change: {
        verb: 'assign-best',
        at_least: BEST_SCORE_MIN,
        by: actor.id,
        reason: reason?.code ?? OTHER.code,
      },
    })
  },
  preview(record) {
    const [best] = record.candidates
    if (best === undefined) return { summary: say`It has no candidate.`, changes: [], effects: [] }
    const ids = [best.id, ...(best.with ?? []).map(({ id }) => id)]
    return {
      subject: exceptionTitle(record),
      summary: say`${record.amount} is assigned to ${ids}.`,
      changes: [{ label: say`Exception`, before: say`open`, after: say`assigned` }],
      effects: [
        say`Score ${scoreText(best.score)}: ${candidateInWords(best)}.`,
        say`Nothing is left over.`,
        say`It leaves the queue when Recon confirms it.`,
      ],
    }
  },
  effect: atRecon,
})

/** Two digits, as the page has it. */
function scoreText(score: number): string {
  return score.toFixed(2)
}
