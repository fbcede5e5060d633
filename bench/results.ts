import type { Profile } from './profile.ts'

export type Row = {
  readonly id: string
  readonly what: string
  readonly value: string
  readonly limit: string
  readonly ratio?: number
  readonly target: string
  /** Absent where nothing is asked. */
  readonly met?: boolean
  readonly note: string
}

/** What was measured in one go, in a database of its own. */
export type Measurement = {
  readonly ids: readonly string[]
  /** RFC 3339, in UTC. */
  readonly at: string
  readonly machine: string
  /** Of the minute before it began. */
  readonly loadAverage: number
  readonly rows: readonly Row[]
  readonly profile?: Profile | undefined
}

const HEADINGS = ['id', 'what', 'measured', 'limit or peer', 'ratio', 'target', '']

function cellsOf(row: Row): string[] {
  const verdict = row.met === undefined ? '' : row.met ? 'met' : 'not met'
  return [row.id, row.what, row.value, row.limit, row.ratio?.toFixed(2) ?? '–', row.target, verdict]
}

/** For a terminal: columns in line. */
export function resultsTable(rows: readonly Row[]): string {
  const lines = [HEADINGS, ...rows.map(cellsOf)]
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)))
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export function resultsDocument(results: {
  readonly measurements: readonly Measurement[]
  readonly findings: string
  /** What a long run of the faults came to. */
  readonly faults: string
}): string {
  const { measurements } = results
  const rows = measurements.flatMap((measurement) => measurement.rows)
  const profile = measurements.find((measurement) => measurement.profile)?.profile
  const table = (lines: readonly (readonly string[])[]) =>
    lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  const rule = (columns: number) => Array.from({ length: columns }, () => '---')
  return [
    '# Results of `npm run bench`',
    '',
    'Written by the command; the median of the rounds, each beside its limit in the same round. What is measured together has',
    'a database of its own; rows that a later run measured again have replaced the earlier ones.',
    '',
    ...machineLines(measurements),
    '',
    table([HEADINGS, rule(HEADINGS.length), ...rows.map(cellsOf)]),
    '',
    ...measurements.flatMap(({ ids, at, loadAverage, rows: own }) => [
      `- ${ids.join(', ')}: measured ${at.slice(0, 16).replace('T', ' ')} UTC, load average before it ${loadAverage.toFixed(1)}.`,
      ...own.map(({ what, note }) => `  - ${what}: ${note}.`),
    ]),
    '',
    '## What holds it back',
    '',
    results.findings.trim(),
    '',
    ...(profile ? profileSection(profile, table, rule) : []),
    '## Killed at random',
    '',
    results.faults.trim(),
    '',
  ].join('\n')
}

function machineLines(measurements: readonly Measurement[]): string[] {
  const machines = [...new Set(measurements.map(({ machine }) => machine))]
  if (machines.length === 1) return [`Machine: ${machines[0]}.`]
  return machines.map((machine) => {
    const those = measurements.filter((measurement) => measurement.machine === machine)
    return `- ${those.flatMap(({ ids }) => ids).join(', ')}: ${machine}.`
  })
}

function profileSection(
  { functions, statements }: Profile,
  table: (lines: readonly (readonly string[])[]) => string,
  rule: (columns: number) => string[],
): string[] {
  return [
    '## Where the time of a claim goes',
    '',
    "The server's CPU time, by package or file (self time, `node --cpu-prof`):",
    '',
    table([
      ['where', '% of CPU time'],
      rule(2),
      ...functions.map(({ what, share }) => [`\`${what}\``, share.toFixed(1)]),
    ]),
    '',
    "The database's time, by statement of the server (pg_stat_statements):",
    '',
    table([
      ['statement', 'calls an action', 'ms an action'],
      rule(3),
      ...statements.map(({ what, callsEach, msEach }) => [
        `\`${what.replaceAll('|', '\\|')}\``,
        callsEach.toFixed(2),
        msEach.toFixed(3),
      ]),
    ]),
    '',
  ]
}
