import { accept, defineAction, OTHER, refuse } from '@countersign/kernel/actions/define-action.ts'
import { counted, say } from '@countersign/kernel/languages/say.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import type { Hit } from './hit.ts'
import { hit } from './hit-entity.ts'
import { inForce, PAIR_RULE_AGREED, type PairRulePayload, pairOf, pairStream } from './pair-rule.ts'

const DAYS_MAX = 366
const DAY_MS = 24 * 3600 * 1000

const input = z.object({
  days: z.int().min(1).max(DAYS_MAX).meta({
    title: 'For how many days',
    description: 'At most 366. After that what is found of the two is raised again.',
  }),
})

/** These two are not the same, and are not to be asked about each time: agreed by somebody else, for a time. */
export const proposePairRule = defineAction<
  Hit,
  typeof input,
  { readonly hit: string; readonly pair: string; readonly rule: PairRulePayload },
  Upstreams
>({
  name: 'transfers.propose_pair_rule',
  risk: 'high',
  movesMoney: false,
  target: hit,
  input,
  reasons: [
    { code: 'documents_seen', title: say`Identity documents were seen`, noteRequired: true },
    { code: 'cleared_repeatedly', title: say`The two were cleared repeatedly` },
    OTHER,
  ],
  approvals: {
    required: 1,
    leastRequired: 1,
    eligibleRoles: ['transfers/COMPLIANCE', 'transfers/ADMIN'],
    expiresInS: 7 * 24 * 3600,
  },
  present: {
    title: say`Propose a rule for this pair`,
    tone: 'neutral',
    help: say`For a time, hits of this party and this entry are recorded and not raised.`,
  },
  inverse: 'transfers.withdraw_pair_rule',
  offeredOn: ({ own, state }) => own !== undefined && (state === 'open' || state === 'cleared'),
  decide({ own, state, pairRule }, { days }, { now }) {
    if (own === undefined) return refuse('not_ours', say`Compliance raised this hit; it is decided there.`)
    if (state === 'true_match') return refuse('true_match', say`The party is who is listed.`)
    if (state === 'superseded')
      return refuse('superseded', say`The same two were raised anew; decide on that hit.`)
    if (inForce(pairRule, now)) {
      return refuse('rule_in_force', say`A rule for these two is in force until ${pairRule.until}.`)
    }
    const { party_id, list_id, uid, score } = own
    // Whether it could be asked for at all is decided before anybody has filled in a form.
    const until = new Date(now.getTime() + (days ?? DAYS_MAX) * DAY_MS).toISOString()
    return accept({
      ...{ hit: own.id, pair: pairOf(own) },
      rule: {
        party_id,
        list: list_id,
        uid,
        score,
        until,
      },
    })
  },
  preview: ({ screened_name, party_kind, listed_name, list, score }, { days }) => ({
    summary: say`For ${counted(days, 'one {# day} other {# days}')}, hits of ${party_kind === 'company' ? screened_name : redacted(screened_name, 'name')} and ${listed_name} of ${list} are recorded and not raised.`,
    changes: [{ label: say`Hits of these two`, before: say`raised`, after: say`recorded only` }],
    effects: [
      say`What scores more than ${score.toFixed(2)}, as this hit does, is raised all the same.`,
      say`Each hit that is kept back stands on this page and is counted; it is raised once the rule is over.`,
      say`The hit itself stays as it is.`,
    ],
  }),
  recorded: ({ pair, rule: { score, until } }) => ({ pair, score, until }),
  eventTypes: [PAIR_RULE_AGREED],
  events: ({ hit: id, pair, rule }) => [
    {
      type: PAIR_RULE_AGREED,
      stream: pairStream(pair),
      refs: [
        { kind: 'hit', id },
        { kind: 'party', id: rule.party_id },
      ],
      payload: rule,
    },
  ],
})
