import { accept, defineAction, OTHER, refuse } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import type { Hit } from './hit.ts'
import { hit } from './hit-entity.ts'
import { maskedHitTitle } from './hit-title.ts'
import { inForce, PAIR_RULE_WITHDRAWN, type PairRulePayload, pairOf, pairStream } from './pair-rule.ts'

/** From now on the two are raised again. It only adds to what people look at, so one person does it. */
export const withdrawPairRule = defineAction<
  Hit,
  z.ZodObject,
  { readonly hit: string; readonly pair: string; readonly rule: PairRulePayload },
  Upstreams
>({
  name: 'transfers.withdraw_pair_rule',
  risk: 'low',
  movesMoney: false,
  target: hit,
  input: z.object({}),
  reasons: [
    { code: 'new_evidence', title: say`Something new is known`, noteRequired: true },
    { code: 'agreed_by_mistake', title: say`It was agreed to by mistake` },
    OTHER,
  ],
  approvals: { required: 0, eligibleRoles: [], expiresInS: 24 * 3600 },
  present: {
    title: say`Withdraw the rule for this pair`,
    tone: 'neutral',
    help: say`Hits of this party and this entry are raised again, those too that were kept back.`,
  },
  offeredOn: ({ pairRule }) => pairRule !== undefined && !pairRule.withdrawn,
  decide({ own, pairRule }, _input, { now }) {
    if (own === undefined || !inForce(pairRule, now)) {
      return refuse('no_rule', say`No rule for these two is in force.`)
    }
    const { party_id, list_id, uid } = own
    const { score, fits } = pairRule
    return accept({
      ...{ hit: own.id, pair: pairOf(own) },
      rule: { party_id, list: list_id, uid, score, fits, until: now.toISOString() },
    })
  },
  preview: (record) => ({
    subject: maskedHitTitle(record),
    summary: say`Hits of these two are raised again.`,
    changes: [{ label: say`Hits of these two`, before: say`recorded only`, after: say`raised` }],
    effects: [say`What was kept back and is still found is raised within seconds.`],
  }),
  recorded: ({ pair }) => ({ pair }),
  eventTypes: [PAIR_RULE_WITHDRAWN],
  events: ({ hit: id, pair, rule }) => [
    {
      type: PAIR_RULE_WITHDRAWN,
      stream: pairStream(pair),
      refs: [
        { kind: 'hit', id },
        { kind: 'party', id: rule.party_id },
      ],
      payload: rule,
    },
  ],
})
