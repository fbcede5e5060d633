import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { Argument, Command, InvalidArgumentError } from 'commander'
import { accessRows } from './access-decisions.ts'
import { type BenchEnvironment, startBenchEnvironment } from './bench-environment.ts'
import { REPOSITORY } from './child-process.ts'
import { consoleGateRows } from './console-gate.ts'
import { consoleRows } from './console-pages.ts'
import { governedActions } from './governed-actions.ts'
import { throughputRows } from './governed-throughput.ts'
import { latencyRows } from './idle-latency.ts'
import { ingestRows } from './ingest-rate.ts'
import { liveRows } from './live-changes.ts'
import { describeMachine } from './machine.ts'
import { importRows } from './nacha-import.ts'
import { verificationRows } from './offline-verification.ts'
import { omniboxRows } from './omnibox.ts'
import { type Profile, profileClaims } from './profile.ts'
import { projectionRows } from './projections.ts'
import { queuePageRows } from './queue-pages.ts'
import { type Measurement, type Row, resultsDocument, resultsTable } from './results.ts'
import { screeningRows } from './screening.ts'
import { transactionPageRows } from './transaction-pages.ts'
import { witnessRows } from './witness-delay.ts'

const ROUNDS = 5
const SECONDS = 4
const QUEUE_ITEMS = 5_000_000
const EVENTS = 1_000_000
const ENTRIES = 1_000_000
const FOUND_BY_NAME = 500_000
const IMPORTED = 1_000_000
const TRANSACTIONS = 1_000_000
const ROWS = [
  'P-03',
  'S-01',
  'S-02',
  'S-03',
  'S-04',
  'S-05',
  'S-06',
  'S-07',
  'S-08',
  'S-09',
  'S-10',
  'S-11',
  'S-13',
  'S-14',
  'S-16',
  'S-18',
  'P-05',
]

/** What RESULTS.md is written from. */
const KEPT = join(REPOSITORY, 'bench', 'results.json')
const RESULTS = join(REPOSITORY, 'bench', 'RESULTS.md')
const FINDINGS = join(REPOSITORY, 'bench', 'findings.md')
/** Written by a long run of `npm run test:faults`. */
const FAULTS = join(REPOSITORY, 'bench', 'faults.md')

type Group = {
  readonly ids: readonly string[]
  readonly measure: (environment: BenchEnvironment) => Promise<Measured>
}
type Wanted = { readonly rounds: number; readonly seconds: number; readonly scale: number }

/**
 * `npm run bench [-- S-04 …] [--rounds n] [--seconds n] [--scale share]`: measures, prints the table, and writes what was
 * measured into `bench/RESULTS.md`, beside the rows that were not asked for. A scale below 1 makes the large ones smaller;
 * what is measured in less than full length is printed alone.
 */
export async function benchCommand(args: readonly string[]): Promise<void> {
  await new Command('npm run bench --')
    .description('Measures the rows of docs/requirements/speed.md, each beside its limit of the same run.')
    .addArgument(new Argument('[rows...]', 'all, where none is named').choices(ROWS))
    .option('--rounds <n>', 'rounds, of which the median counts', positive, ROUNDS)
    .option('--seconds <n>', 'length of one measurement', positive, SECONDS)
    .option('--scale <share>', 'of the large tables, up to 1', positive, 1)
    .action(measureRows)
    .parseAsync(args, { from: 'user' })
}

function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new InvalidArgumentError('A number above 0 is meant.')
  return value
}

type Measured = { readonly rows: readonly Row[]; readonly profile?: Profile }

/** What is measured together, each in a database of its own: what one leaves behind is nothing that another finds. */
function groups({ rounds, seconds, scale }: Wanted): readonly Group[] {
  return [
    {
      ids: ['S-01', 'S-02'],
      async measure(environment) {
        const actions = await governedActions(environment)
        const rows = await throughputRows(environment, actions, rounds, seconds)
        return { rows, profile: await profileClaims(environment, actions, seconds) }
      },
    },
    { ids: ['S-03'], measure: async (environment) => ({ rows: await witnessRows(environment) }) },
    {
      ids: ['S-04'],
      measure: async (environment) => ({
        rows: await latencyRows(environment, await governedActions(environment)),
      }),
    },
    { ids: ['S-05'], measure: async (environment) => ({ rows: await ingestRows(environment) }) },
    {
      ids: ['S-06', 'S-09'],
      measure: async (environment) => ({ rows: await projectionRows(environment, EVENTS * scale) }),
    },
    { ids: ['S-10'], measure: async (environment) => ({ rows: await liveRows(environment) }) },
    {
      ids: ['S-07'],
      measure: async (environment) => ({ rows: await queuePageRows(environment, QUEUE_ITEMS * scale) }),
    },
    {
      ids: ['S-08'],
      measure: async (environment) => ({ rows: await omniboxRows(environment, FOUND_BY_NAME * scale) }),
    },
    { ids: ['S-11'], measure: async () => ({ rows: accessRows() }) },
    {
      ids: ['S-13'],
      measure: async (environment) => ({ rows: await importRows(environment, Math.round(IMPORTED * scale)) }),
    },
    { ids: ['S-14'], measure: async () => ({ rows: await screeningRows() }) },
    {
      ids: ['S-16'],
      measure: async (environment) => ({ rows: await verificationRows(environment, ENTRIES * scale) }),
    },
    {
      ids: ['P-03'],
      measure: async (environment) => ({
        rows: await transactionPageRows(environment, Math.round(TRANSACTIONS * scale)),
      }),
    },
    { ids: ['S-18'], measure: async (environment) => ({ rows: await consoleRows(environment, scale) }) },
    { ids: ['P-05'], measure: async () => ({ rows: await consoleGateRows() }) },
  ]
}

async function measureRows(named: readonly string[], wanted: Wanted): Promise<void> {
  // Before anything is measured: what is missing would otherwise be noticed at the very end.
  const findings = readFileSync(FINDINGS, 'utf8')
  const faults = existsSync(FAULTS)
    ? readFileSync(FAULTS, 'utf8')
    : 'No long run is recorded yet: `npm run test:faults -- --seconds 1800` writes its result here.'
  const all = groups(wanted)
  const asked = all.filter(({ ids }) => named.length === 0 || ids.some((id) => named.includes(id)))
  const whole = wanted.rounds >= ROUNDS && wanted.seconds >= SECONDS && wanted.scale >= 1
  const measurements: Measurement[] = []
  for (const group of asked) {
    const measurement = await measureAlone(group)
    measurements.push(measurement)
    for (const { id, what, value } of measurement.rows) console.log(`${id}, ${what}: ${value}`)
    if (whole) keep(measurement)
  }
  const rows = measurements.flatMap((measurement) => measurement.rows)
  console.log(`\n${resultsTable(rows)}`)
  for (const { id, what, note } of rows) console.log(`${id}, ${what}: ${note}`)
  if (!whole) return
  const order = all.map(({ ids }) => ids.join())
  const kept = readKept().sort((a, b) => order.indexOf(a.ids.join()) - order.indexOf(b.ids.join()))
  writeFileSync(RESULTS, resultsDocument({ measurements: kept, findings, faults }))
  console.log('\nWritten to bench/RESULTS.md.')
}

async function measureAlone({ ids, measure }: Group): Promise<Measurement> {
  const at = new Date().toISOString()
  const loadAverage = loadavg()[0] ?? 0
  console.log(`${ids.join(', ')}: starting PostgreSQL, sandbox and server …`)
  const environment = await startBenchEnvironment()
  try {
    const machine = describeMachine(environment.postgres.version)
    return { ids, at, machine, loadAverage, ...(await measure(environment)) }
  } finally {
    await environment.close()
  }
}

function readKept(): Measurement[] {
  return existsSync(KEPT) ? (JSON.parse(readFileSync(KEPT, 'utf8')) as Measurement[]) : []
}

/** In place of what was measured of the same rows before: a run that ends early has not been in vain. */
function keep(measurement: Measurement): void {
  const others = readKept().filter(({ ids }) => ids.join() !== measurement.ids.join())
  writeFileSync(KEPT, `${JSON.stringify([...others, measurement], null, 2)}\n`)
}
