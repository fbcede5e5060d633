import type { Requirement, Requirements } from './requirements.ts'
import type { Outcome, ReportedTest } from './test-reports.ts'

const IDS_AT_THE_OPENING = /^((?:[A-Z]-\d{2}[ ,]+)+)/

export type TracedRequirement = Requirement & {
  /** Titles of the tests that ran and passed for it. */
  readonly passed: readonly string[]
  readonly failed: readonly string[]
  readonly skipped: readonly string[]
  /** Browser tests for which no browser could be had. */
  readonly notRun: readonly string[]
}

export type Trace = {
  readonly milestone: number
  readonly requirements: readonly TracedRequirement[]
  /** Why the trace fails, one sentence each; empty when everything that is due is shown. */
  readonly problems: readonly string[]
}

/**
 * Sets the tests that ran beside the requirements that they name at the opening of their titles.
 *
 * @param browserRequired whether browser tests that could not be run leave their requirement unshown
 */
export function trace(
  { milestone, list }: Requirements,
  tests: readonly ReportedTest[],
  browserRequired: boolean,
): Trace {
  const requirements = list.map((requirement): TracedRequirement => {
    const own = tests.filter(({ title }) => idsOf(title).includes(requirement.id))
    const titles = (outcome: Outcome) =>
      own.filter((test) => test.outcome === outcome).map(({ title }) => title)
    return {
      ...requirement,
      passed: titles('passed'),
      failed: titles('failed'),
      skipped: titles('skipped'),
      notRun: titles('not run'),
    }
  })
  const known = new Set(list.map(({ id }) => id))
  const invented = tests.flatMap(({ title }) =>
    idsOf(title)
      .filter((id) => !known.has(id))
      .map((id) => `There is no requirement ${id}; the test "${title}" names it.`),
  )
  const uncovered = requirements
    .filter((requirement) => isOwed(requirement, milestone))
    .filter(({ notRun }) => browserRequired || notRun.length === 0)
    .map(({ id, due, owedFrom, failed, skipped, notRun }) => {
      const why = [
        failed.length > 0 ? `${failed.length} failed` : '',
        skipped.length > 0 ? `${skipped.length} skipped` : '',
        notRun.length > 0 ? `${notRun.length} not run for want of a browser` : '',
      ].filter(Boolean)
      const owed = due <= milestone ? `due ${due}` : `due in part ${owedFrom}`
      return `${id} is ${owed} and no test that passed shows it${why.length > 0 ? ` (${why.join(', ')})` : ''}.`
    })
  return { milestone, requirements, problems: [...uncovered, ...invented] }
}

/** Whether a test is asked for by now, and none has passed; what is due in part needs one, too. */
export function isOwed({ owedFrom, shownBy, passed }: TracedRequirement, milestone: number): boolean {
  return owedFrom <= milestone && shownBy === 'tests' && passed.length === 0
}

/** The ids that open a title: `K-12 K-16 …`, `K-12, K-16 …`. */
export function idsOf(title: string): string[] {
  return IDS_AT_THE_OPENING.exec(title)?.[1]?.split(/[ ,]+/).filter(Boolean) ?? []
}
