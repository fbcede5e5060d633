import {
  accept,
  defineAction,
  OTHER,
  type ReasonCode,
  refuse,
} from '@countersign/kernel/actions/define-action.ts'
import { counted, say, type Text, together } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { saidScore } from '../screening/said-score.ts'
import type { Upstreams } from '../upstreams.ts'
import type { Hit } from './hit.ts'
import { hit } from './hit-entity.ts'
import { maskedHitTitle, shownListed, shownParty } from './hit-title.ts'
import type { EarlierHit } from './own-hit.ts'
import { inForce, PAIR_RULE_AGREED, type PairRulePayload, pairOf, pairStream } from './pair-rule.ts'
import { IDENTIFIERS } from './same-identifiers.ts'

const DAYS_MAX = 366
const DAY_MS = 24 * 3600 * 1000

const input = z.object({
  days: z.int().min(1).max(DAYS_MAX).meta({
    title: 'For how many days',
    description: 'At most 366. After that what is found of the two is raised again.',
  }),
})

const DOCUMENTS: ReasonCode = {
  code: 'documents_seen',
  title: say`Identity documents were seen`,
  noteRequired: true,
}
const REPEATEDLY: ReasonCode = { code: 'cleared_repeatedly', title: say`The two were cleared repeatedly` }
/** Fewer are not repeatedly. */
const REPEATEDLY_LEAST = 2

/** When these two were cleared, and by whom, newest first; this hit among them. */
function clearings({ state, decision, history = [] }: Hit): Pick<EarlierHit, 'decided_at' | 'decided_by'>[] {
  const now =
    state === 'cleared' ? [{ decided_at: decision?.at ?? null, decided_by: decision?.by ?? null }] : []
  return [...now, ...history.filter((one) => one.state === 'cleared')]
}

/** These two are not the same, and are not to be asked about each time: agreed by somebody else, for a time. */
export const proposePairRule = defineAction<
  Hit,
  typeof input,
  { readonly hit: string; readonly pair: string; readonly rule: PairRulePayload },
  Upstreams
>(
  {
    name: 'transfers.propose_pair_rule',
    risk: 'high',
    movesMoney: false,
    target: hit,
    input,
    reasons: (record) => [
      DOCUMENTS,
      ...(clearings(record).length < REPEATEDLY_LEAST ? [] : [REPEATEDLY]),
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
    decide({ own, state, pairRule, fits = [] }, { days }, { now }) {
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
          fits,
          until,
        },
      })
    },
    preview: (record, { days }) => ({
      subject: maskedHitTitle(record),
      summary: say`For ${counted(days, 'one {# day} other {# days}')}, hits of ${shownParty(record)} and ${shownListed(record)} of ${record.list} are recorded and not raised.`,
      changes: [{ label: say`Hits of these two`, before: say`raised`, after: say`recorded only` }],
      effects: [
        clearedBefore(record),
        whatDiffers(record),
        say`This hit scores ${saidScore(record.score)}. One that scores more is raised all the same; so is one that fits by a date of birth, a nationality or a document by which this one does not.`,
        say`Each hit that is kept back stands on the page of this hit and is counted; it is raised once the rule is over.`,
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
  },
  [DOCUMENTS, REPEATEDLY, OTHER],
)

/** How often, when and by whom: whoever agrees has not met these two. */
function clearedBefore(record: Hit): Text {
  const all = clearings(record)
  if (all.length === 0) return say`The two have never been cleared.`
  const by = together(
    all.map(({ decided_at, decided_by }) =>
      decided_by === null
        ? say`at Compliance`
        : decided_at === null
          ? say`by ${decided_by}`
          : say`by ${decided_by} on ${new Date(decided_at)}`,
    ),
    '; ',
  )
  return say`The two were cleared ${counted(all.length, 'one {once} other {# times}')}: ${by}.`
}

/** What was compared beside the names, and does not fit. */
function whatDiffers({ identifiers }: Hit): Text {
  const differ = identifiers.filter(
    ({ match, ours, theirs }) => (match ?? (ours === theirs ? 'same' : 'different')) === 'different',
  )
  if (identifiers.length === 0) return say`Nothing but the names could be compared.`
  if (differ.length === 0) return say`Beside the names nothing that could be compared differs.`
  return say`What differs: ${together(
    differ.map(({ name }) => IDENTIFIERS[name] ?? name.replaceAll('_', ' ')),
    ', ',
  )}.`
}
