import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Argument, Command, InvalidArgumentError } from 'commander'
import { accessRows } from './access-decisions.ts'
import { type BenchEnvironment, startBenchEnvironment } from './bench-environment.ts'
import { peakMemoryBytes, REPOSITORY } from './child-process.ts'
import { CONNECTIONS, type GovernedActions, governedActions, type Throughput } from './governed-actions.ts'
import { type Latency, measureIdleLatency } from './idle-latency.ts'
import { ingestRows } from './ingest-rate.ts'
import { describeMachine } from './machine.ts'
import { verificationRows } from './offline-verification.ts'
import { profileClaims } from './profile.ts'
import { projectionRows } from './projections.ts'
import { queuePageRows } from './queue-pages.ts'
import { type Row, resultsDocument, resultsTable } from './results.ts'
import { limitDriver, makeLimits, measureLimit } from './sql-limit.ts'
import { whole } from './whole.ts'
import { witnessRows } from './witness-delay.ts'

const ROUNDS = 5
const SECONDS = 4
const WARM_UP_S = 1
const IDLE_ACTIONS = 200
const TARGETS = { s01: 0.6, s02: 0.9, s04CommittedMs: 25, s04DeliveredMs: 250, serverMb: 300 }
const QUEUE_ITEMS = 5_000_000
const EVENTS = 1_000_000
const ENTRIES = 1_000_000
/** In the order in which they are measured: those that fill the database come last. */
const ROWS = ['S-01', 'S-02', 'S-03', 'S-04', 'S-05', 'S-07', 'S-11', 'S-06', 'S-09', 'S-16']

const RESULTS = join(REPOSITORY, 'bench', 'RESULTS.md')
const FINDINGS = join(REPOSITORY, 'bench', 'findings.md')
/** Written by a long run of `npm run test:faults`. */
const FAULTS = join(REPOSITORY, 'bench', 'faults.md')

type Wanted = { readonly rounds: number; readonly seconds: number; readonly scale: number }

/**
 * `npm run bench [-- S-04 …] [--rounds n] [--seconds n] [--scale share]`: measures, prints the
 * table, and writes `bench/RESULTS.md` when all rows were measured. A scale below 1 makes the large ones smaller, and is
 * said in their rows.
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

async function measureRows(named: readonly string[], { rounds, seconds, scale }: Wanted): Promise<void> {
  const wanted = (row: string) => named.length === 0 || named.includes(row)

  // Before anything is measured: what is missing would otherwise be noticed at the very end.
  const findings = readFileSync(FINDINGS, 'utf8')
  const faults = existsSync(FAULTS)
    ? readFileSync(FAULTS, 'utf8')
    : 'No long run is recorded yet: `npm run test:faults -- --seconds 1800` writes its result here.'

  console.log('Starting PostgreSQL, sandbox and server …')
  const environment = await startBenchEnvironment()
  try {
    const machine = describeMachine(environment.postgres.version)
    const rows: Row[] = []
    const measured = (more: readonly Row[]) => {
      rows.push(...more)
      for (const { id, what, value } of more) console.log(`${id}, ${what}: ${value}`)
    }
    let profile: Awaited<ReturnType<typeof profileClaims>> | undefined
    const actions = await governedActions(environment)
    if (wanted('S-01') || wanted('S-02')) {
      measured(await throughputRows(environment, actions, rounds, seconds))
      profile = await profileClaims(environment, actions, seconds)
    }
    if (wanted('S-03')) measured(await witnessRows(environment))
    if (wanted('S-04')) measured(await latencyRows(environment, actions))
    if (wanted('S-05')) measured(await ingestRows(environment))
    if (wanted('S-07')) measured(await queuePageRows(environment, QUEUE_ITEMS * scale))
    if (wanted('S-11')) measured(accessRows())
    if (wanted('S-06') || wanted('S-09')) measured(await projectionRows(environment, EVENTS * scale))
    if (wanted('S-16')) measured(await verificationRows(environment, ENTRIES * scale))
    console.log(`\n${resultsTable(rows)}`)
    for (const { id, what, note } of rows) console.log(`${id}, ${what}: ${note}`)
    if (named.length > 0) return
    writeFileSync(
      RESULTS,
      resultsDocument({
        machine,
        rows,
        profile,
        findings,
        faults,
      }),
    )
    console.log(`\nWritten to bench/RESULTS.md.`)
  } finally {
    await environment.close()
  }
}

async function throughputRows(
  environment: BenchEnvironment,
  actions: GovernedActions,
  rounds: number,
  seconds: number,
): Promise<Row[]> {
  await makeLimits(environment.superuser, await actions.oneClaim())
  const limit = (which: 'same_tables' | 'bare_tables') =>
    measureLimit(which, {
      databaseUrl: environment.databaseUrl('superuser'),
      connections: CONNECTIONS,
      seconds,
      directory: environment.directory,
    })
  const withAudit = async () => {
    const duties = await environment.startAuditDuties()
    try {
      await drained(environment)
      return await actions.claims(seconds, WARM_UP_S)
    } finally {
      await duties.end()
    }
  }
  const figures = {
    same: [] as number[],
    bare: [] as number[],
    claims: [] as Throughput[],
    audited: [] as Throughput[],
    returns: [] as Throughput[],
  }
  const measures: (() => Promise<void>)[] = [
    async () => void figures.same.push(await limit('same_tables')),
    async () => void figures.claims.push(await actions.claims(seconds, WARM_UP_S)),
    async () => void figures.audited.push(await withAudit()),
    async () => void figures.bare.push(await limit('bare_tables')),
    async () => void figures.returns.push(await actions.returns(seconds, WARM_UP_S)),
  ]
  for (let round = 0; round < rounds; round += 1) {
    // There and back, so that a machine that grows slower favours nobody.
    for (const measure of round % 2 === 0 ? measures : measures.toReversed()) await measure()
    console.log(
      `round ${round + 1}: limit ${whole(figures.same[round])}/s (bare ${whole(figures.bare[round])}/s), claims ` +
        `${whole(figures.claims[round]?.perSecond)}/s, with the log ${whole(figures.audited[round]?.perSecond)}/s, returns ${whole(figures.returns[round]?.perSecond)}/s`,
    )
  }
  const rates = (of: readonly Throughput[]) => of.map(({ perSecond }) => perSecond)
  const [claims, audited, returns] = [rates(figures.claims), rates(figures.audited), rates(figures.returns)]
  const ratios = (of: readonly number[], by: readonly number[]) =>
    of.map((each, round) => each / (by[round] ?? Number.NaN))
  const cost = figures.claims[Math.floor(figures.claims.length / 2)]?.cpuMs
  const spent = cost
    ? `CPU of one action: server ${cost.server.toFixed(2)} ms, PostgreSQL ${cost.postgres.toFixed(2)} ms, load generator ${cost.load.toFixed(2)} ms`
    : ''
  const late = figures.claims[Math.floor(figures.claims.length / 2)]?.latencyMs
  return [
    {
      id: 'S-01',
      what: `governed actions committed, local effect, ${CONNECTIONS} connections`,
      value: `${whole(median(claims))}/s`,
      limit: `${whole(median(figures.same))}/s, the same rows by one function call (${limitDriver()})`,
      ratio: median(ratios(claims, figures.same)),
      target: `≥ ${TARGETS.s01}`,
      met: median(ratios(claims, figures.same)) >= TARGETS.s01,
      note: `${spent}; latency p50 ${late?.p50.toFixed(1)} ms, p99 ${late?.p99.toFixed(1)} ms; every round: ${claims.map(whole).join(', ')}`,
    },
    {
      id: 'S-01',
      what: 'the same, beside tables without our triggers',
      value: `${whole(median(claims))}/s`,
      limit: `${whole(median(figures.bare))}/s`,
      ratio: median(ratios(claims, figures.bare)),
      target: 'reported',
      note: `the limit in every round: ${figures.bare.map(whole).join(', ')}`,
    },
    {
      id: 'S-01',
      what: 'governed actions committed, with a fresh upstream read',
      value: `${whole(median(returns))}/s`,
      limit: `${whole(median(figures.same))}/s`,
      ratio: median(ratios(returns, figures.same)),
      target: 'reported',
      note: `the sandbox answers the read on the same cores; every round: ${returns.map(whole).join(', ')}`,
    },
    ...memoryRow(peakMemoryBytes(environment.server().pid)),
    {
      id: 'S-02',
      what: 'S-01 with sequencer, tiles, signer and witness at work',
      value: `${whole(median(audited))}/s`,
      limit: `${whole(median(claims))}/s, entries only`,
      ratio: median(ratios(audited, claims)),
      target: `≥ ${TARGETS.s02}`,
      met: median(ratios(audited, claims)) >= TARGETS.s02,
      note: `every round: ${audited.map(whole).join(', ')}`,
    },
  ]
}

/** Of the server process alone, from its start to the end of all rounds; where the system does not say, no row. */
function memoryRow(peakBytes: number | undefined): Row[] {
  if (peakBytes === undefined) return []
  const peakMb = peakBytes / 1e6
  return [
    {
      id: 'S-01',
      what: 'the most memory that the server has had under it',
      value: `${whole(peakMb)} MB`,
      limit: `${TARGETS.serverMb} MB`,
      ratio: peakMb / TARGETS.serverMb,
      target: '≤ 1',
      met: peakMb <= TARGETS.serverMb,
      note: 'resident (VmHWM), its start and the compiling of its sources in it',
    },
  ]
}

async function latencyRows(environment: BenchEnvironment, actions: GovernedActions): Promise<Row[]> {
  const { local, upstream, delivered } = await measureIdleLatency(environment, actions, IDLE_ACTIONS)
  const row = (what: string, latency: Latency, targetMs: number): Row => ({
    id: 'S-04',
    what,
    value: `p99 ${latency.p99.toFixed(1)} ms`,
    limit: '–',
    target: `≤ ${targetMs} ms`,
    met: latency.p99 <= targetMs,
    note: `p50 ${latency.p50.toFixed(1)} ms, max ${latency.max.toFixed(1)} ms, ${latency.n} actions`,
  })
  return [
    row('idle: click → committed, local effect', local, TARGETS.s04CommittedMs),
    row('idle: click → committed, with a fresh upstream read', upstream, TARGETS.s04CommittedMs),
    row('idle: last approval → effect counted by the sandbox', delivered, TARGETS.s04DeliveredMs),
  ]
}

/** Entries that earlier rounds left are none of this round's cost. */
async function drained(environment: BenchEnvironment): Promise<void> {
  for (;;) {
    const { rows } = await environment.superuser.query(
      'SELECT EXISTS (SELECT FROM kernel.audit_pending) AS some',
    )
    if (!rows[0].some) return
    await sleep(100)
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}
