import { setTimeout as sleep } from 'node:timers/promises'
import type { BenchEnvironment } from './bench-environment.ts'
import { peakMemoryBytes } from './child-process.ts'
import { CONNECTIONS, type GovernedActions, type Throughput } from './governed-actions.ts'
import type { Row } from './results.ts'
import { limitDriver, makeLimits, measureLimit } from './sql-limit.ts'
import { whole } from './whole.ts'

const WARM_UP_S = 1
const TARGETS = { s01: 0.6, s02: 0.9, serverMb: 300 }

/** S-01 and S-02: governed actions a second beside the limit, without and with the log's own work; and the memory they take. */
export async function throughputRows(
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
