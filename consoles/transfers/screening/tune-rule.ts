import {
  accept,
  defineAction,
  OTHER,
  type ReasonCode,
  refuse,
  refuseField,
} from '@countersign/kernel/actions/define-action.ts'
import { counted, say, written } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'
import { type BackTest, backTest, isDecided } from './back-test.ts'
import { saidScore } from './said-score.ts'
import { KEPT_FROM } from './screen-step.ts'
import { SCREENING_OVERVIEW } from './screening-overview-ref.ts'
import {
  dueSince,
  RULE_TUNED,
  type RulePayload,
  ruleStream,
  ruleTitle,
  thresholdOf,
} from './screening-rule.ts'
import { type ScreeningRule, screeningRule } from './screening-rule-entity.ts'

const MOST = 0.99
const STEP = 0.01

const input = z.object({
  threshold: z
    .number()
    .min(KEPT_FROM, written(say`must be 0.70 or more`))
    .max(MOST, written(say`must be 0.99 or less`))
    .multipleOf(STEP, written(say`must be in hundredths`))
    .meta({
      title: 'Hit from this score on',
      description:
        'From 0.70 to 0.99, in hundredths. Names that score less are kept as findings and raise nothing.',
    }),
})

const tuneReasons: readonly ReasonCode[] = [
  { code: 'frequent_overrides', title: say`Most of what it raises is cleared` },
  {
    code: 'missed_match',
    title: say`It would miss, or has missed, somebody who is listed`,
    noteRequired: true,
  },
  { code: 'taken_back', title: say`The change before is taken back` },
  OTHER,
]

type Accepted = Required<Pick<RulePayload, 'threshold'>> & RulePayload & { readonly previous: number }

/** From then on names are hits from another score on; what it would have come to in 90 days is in its preview. */
export const tuneRule = defineAction<ScreeningRule, typeof input, Accepted, unknown>(
  {
    name: 'transfers.tune_rule',
    risk: 'high',
    movesMoney: false,
    target: screeningRule,
    input,
    // Of what nobody has decided nothing was cleared.
    reasons: ({ list, found }) =>
      list === undefined || isDecided(found)
        ? tuneReasons
        : tuneReasons.filter(({ code }) => code !== 'frequent_overrides'),
    approvals: {
      required: 1,
      leastRequired: 1,
      eligibleRoles: ['transfers/COMPLIANCE', 'transfers/ADMIN'],
      expiresInS: 7 * 24 * 3600,
    },
    present: {
      title: say`Tune rule`,
      tone: 'danger',
      help: say`From which score on a name is a hit, tried on what was screened in the last 90 days.`,
    },
    inverse: 'transfers.tune_rule',
    inverseInput: ({ previous }) => ({ threshold: previous }),
    offeredOn: ({ list }) => list !== undefined,
    decide({ id, events, list }, { threshold }) {
      if (list === undefined) {
        return refuse('not_ours', say`This rule is Compliance’s; its threshold is changed there.`)
      }
      const previous = thresholdOf(events)
      if (threshold === previous) return refuseField('input.threshold', say`is what it is already`)
      const since = dueSince(events)
      return accept({ rule_id: id, threshold, previous, ...(since === undefined ? {} : { since }) })
    },
    preview({ id, events, found }, { threshold }) {
      const before = thresholdOf(events)
      const test = backTest(found, before, threshold)
      return {
        subject: ruleTitle(id),
        summary: say`Names are hits from a score of ${saidScore(threshold)} on.`,
        changes: [
          { label: say`Hit from`, before: say`${saidScore(before)}`, after: say`${saidScore(threshold)}` },
        ],
        effects: effectsOf(test, isDecided(found)),
        warnings:
          test.lost === 0
            ? []
            : [
                say`It would have missed ${counted(test.lost, 'one {# party} other {# parties}')} that people found to be who is listed.`,
              ],
      }
    },
    recorded: ({ threshold, previous }) => ({ threshold, previous }),
    eventTypes: [RULE_TUNED],
    events: ({ rule_id, threshold, since }) => [
      {
        type: RULE_TUNED,
        stream: ruleStream(rule_id),
        refs: [{ kind: 'screening_rule', id: rule_id }, SCREENING_OVERVIEW],
        payload: { rule_id, threshold, ...(since === undefined ? {} : { since }) },
      },
    ],
  },
  tuneReasons,
)

const effectsOf = ({ caught, spared, lost, undecided, added }: BackTest, decided: boolean) => [
  say`In the last 90 days it would have raised ${counted(caught, 'one {# hit} other {# hits}')}.`,
  !decided
    ? say`None of what was found has been decided yet: whether it would spare false positives or miss true matches cannot be judged.`
    : say`It would have spared ${counted(spared, 'one {# false positive} other {# false positives}')}, and missed ${counted(lost, 'one {# true match} other {# true matches}')}.`,
  ...(undecided === 0
    ? []
    : [say`Of those still to be decided ${undecided} would not have been raised; they stay in the queue.`]),
  ...(added === 0
    ? []
    : [
        say`${counted(added, 'one {# name that was found and not raised is} other {# names that were found and not raised are}')} raised within seconds.`,
      ]),
]
