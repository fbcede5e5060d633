import { isOwed, type Trace } from './trace.ts'

const LONGEST_TITLE_CHARACTERS = 100

/** One line for each requirement, due ones first, for the terminal. */
export function traceTable({ milestone, requirements }: Trace): string {
  return requirements
    .toSorted((a, b) => a.due - b.due || (a.id < b.id ? -1 : 1))
    .map((requirement) => {
      const { id, due, passed } = requirement
      const count = requirement.shownBy === 'bench' ? 'bench' : `${passed.length} passed`
      const flag = isOwed(requirement, milestone) ? ' ← due, not shown' : ''
      return `${id}  due ${due}  ${count.padStart(10)}  ${shorten(passed[0] ?? '')}${flag}`
    })
    .join('\n')
}

/** Everything, with the title of every test, as a document. */
export function traceDocument(trace: Trace, writtenAt: Date): string {
  const { milestone, requirements, problems } = trace
  const covered = requirements.filter(({ passed }) => passed.length > 0).length
  const blocks = requirements.map(({ id, due, partly, passed, failed, skipped, notRun, shownBy }) => {
    const lines = [
      ...passed.map((title) => `- ${title}`),
      ...failed.map((title) => `- FAILED: ${title}`),
      ...skipped.map((title) => `- skipped: ${title}`),
      ...notRun.map((title) => `- NOT RUN: ${title}`),
    ]
    const none = shownBy === 'bench' ? 'Shown by a row of `npm run bench`.' : 'No test.'
    return [
      `## ${id} · due: ${due}`,
      ...(partly ? [`partly: ${partly}`] : []),
      '',
      lines.length > 0 ? lines.join('\n') : none,
    ].join('\n')
  })
  return [
    '# Requirements and the tests that show them',
    `From the test run of ${writtenAt.toISOString()}. Current milestone: ${milestone}. ${covered} of ${requirements.length} requirements have a test that passed.`,
    problems.length > 0
      ? problems.map((problem) => `- ${problem}`).join('\n')
      : 'Everything that is due is shown.',
    ...blocks,
    '',
  ].join('\n\n')
}

function shorten(title: string): string {
  return title.length <= LONGEST_TITLE_CHARACTERS ? title : `${title.slice(0, LONGEST_TITLE_CHARACTERS - 1)}…`
}
