import { defineEntity, type EntityType, localEntity } from '@countersign/kernel/entities/define-entity.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import { backTest, beyondProposal, type FoundBefore, furthest, proposedThreshold } from './back-test.ts'
import { listInForce } from './list-in-force.ts'
import { LIST_TITLES, type ListId } from './list-names.ts'
import { type FoundOne, foundBefore, foundOnes, type RuleWeek, ruleWeeks } from './rule-figures.ts'
import {
  dueSince,
  listOfRule,
  type RuleEvent,
  type RulePayload,
  ruleStream,
  ruleTitle,
  thresholdOf,
} from './screening-rule.ts'

/** A rule that raises hits, with its figures of the last 90 days. */
export type ScreeningRule = {
  readonly id: string
  readonly events: readonly RuleEvent[]
  /** Of a rule of ours. */
  readonly list: ListId | undefined
  /** Whether there is a list to compare with; Compliance sees to its own. */
  readonly compares: boolean
  readonly weeks: readonly RuleWeek[]
  readonly found: readonly FoundBefore[]
  readonly ones: readonly FoundOne[]
}

const stored = localEntity<ScreeningRule, RulePayload>({
  kind: 'screening_rule',
  console: 'transfers',
  stream: ruleStream,
  initial: (id) => ({ id, events: [], list: listOfRule(id), compares: true, weeks: [], found: [], ones: [] }),
  evolve: (state, event) => ({ ...state, events: [...state.events, event] }),
  present: ({ id, events, list, compares, weeks, found, ones }) => {
    const threshold = thresholdOf(events)
    const proposed = list === undefined ? undefined : proposedThreshold(found, threshold)
    const beyond = list === undefined || proposed !== undefined ? undefined : beyondProposal(found, threshold)
    const due = dueSince(events)
    return {
      title: say`Screening rule: ${ruleTitle(id)}`,
      state: due !== undefined ? 'due' : compares ? 'in_force' : 'no_list',
      data: {
        list: list ?? null,
        list_name: list === undefined ? null : LIST_TITLES[list],
        threshold: list === undefined ? null : threshold,
        due_since: due ?? null,
        weeks: weeks.map((week) => ({ ...week })),
        nothing_decided: weeks.every(({ decided }) => decided === 0),
        proposed: proposed === undefined ? null : { ...backTest(found, threshold, proposed) },
        tried_up_to: furthest(threshold),
        beyond: beyond === undefined ? null : { ...beyond },
        found: ones.map(shownOne),
      },
      banners:
        due === undefined
          ? []
          : [
              {
                tone: 'warning',
                text:
                  list === undefined
                    ? say`Most of what this rule raises is cleared. It is Compliance’s: have it tuned there, then say here that it is kept as it now is.`
                    : say`Most of what this rule raises is cleared. Tune it, or say why it is kept as it is.`,
              },
            ],
    }
  },
})

/** A person's name is read on the hit, where that is recorded: neither theirs nor who they were found to be like stands in a list. */
const shownOne = ({ listed, ...one }: FoundOne) => ({
  ...one,
  party: one.party_kind === 'company' ? one.party : redacted(one.party, 'name'),
  listed: listed === null || one.party_kind === 'company' ? listed : redacted(listed, 'name'),
})

/** Known by its id, as hits name it. */
export const screeningRule: EntityType<ScreeningRule, unknown> = {
  ...stored,
  async read(id, upstreams, context) {
    const reading = await stored.read(id, upstreams, context)
    if (reading.status !== 'found') return reading
    const list = listOfRule(id)
    const { compares, weeks, found, ones } = await context.ask(async ({ pool }) => ({
      compares: list === undefined || (await listInForce(pool, list)) !== undefined,
      weeks: await ruleWeeks(pool, id),
      found: list === undefined ? [] : await foundBefore(pool, list),
      ones: list === undefined ? [] : await foundOnes(pool, list),
    }))
    if (
      list === undefined &&
      weeks.every(({ decided }) => decided === 0) &&
      reading.state.events.length === 0
    )
      return { status: 'missing' }
    return { ...reading, state: { ...reading.state, compares, weeks, found, ones } }
  },
}

export const screeningRuleEntity = defineEntity(screeningRule)
