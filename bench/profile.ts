import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchEnvironment } from './bench-environment.ts'
import { REPOSITORY } from './child-process.ts'
import type { GovernedActions } from './governed-actions.ts'

const TOP_FUNCTIONS = 12
const TOP_STATEMENTS = 8

export type Profile = {
  /** Share of the server's CPU time by where it was spent, in per cent. */
  readonly functions: readonly { readonly what: string; readonly share: number }[]
  /** Per action, in ms of the database's time. */
  readonly statements: readonly {
    readonly what: string
    readonly callsEach: number
    readonly msEach: number
  }[]
}

/** What a claim costs and where: one round with the sampling profiler and pg_stat_statements on, outside the figures. */
export async function profileClaims(
  environment: BenchEnvironment,
  actions: GovernedActions,
  seconds: number,
): Promise<Profile> {
  const directory = join(environment.directory, 'profile')
  mkdirSync(directory)
  await environment.restartServer(['--cpu-prof', `--cpu-prof-dir=${directory}`])
  const { superuser } = environment
  await superuser.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements')
  const track = async (what: 'top' | 'none') => {
    await superuser.query(`ALTER SYSTEM SET pg_stat_statements.track = '${what}'`)
    await superuser.query('SELECT pg_reload_conf()')
  }
  await track('top')
  await superuser.query('SELECT pg_stat_statements_reset()')
  await actions.claims(seconds, 1)
  const { rows } = await superuser.query<{ query: string; calls: number; ms: number }>(
    `SELECT query, calls::float8 AS calls, total_exec_time AS ms FROM pg_stat_statements
      WHERE userid = (SELECT oid FROM pg_roles WHERE rolname = 'countersign_app') ORDER BY total_exec_time DESC LIMIT $1`,
    [TOP_STATEMENTS],
  )
  await track('none')
  await environment.restartServer([])
  const commits = rows.find(({ query }) => query.includes('commit_write'))?.calls ?? 1
  return {
    functions: hottest(directory),
    statements: rows.map(({ query, calls, ms }) => ({
      what: query.replace(/\s+/g, ' ').slice(0, 90),
      callsEach: calls / commits,
      msEach: ms / commits,
    })),
  }
}

type CpuProfile = {
  nodes: { id: number; callFrame: { functionName: string; url: string } }[]
  samples: number[]
  timeDeltas: number[]
}

/** Self time by package or file, idle time aside. */
function hottest(directory: string): Profile['functions'] {
  const profiles = readdirSync(directory).filter((name) => name.endsWith('.cpuprofile'))
  const spent = new Map<string, number>()
  for (const name of profiles) {
    const { nodes, samples, timeDeltas } = JSON.parse(
      readFileSync(join(directory, name), 'utf8'),
    ) as CpuProfile
    const places = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]))
    for (const [index, id] of samples.entries()) {
      const place = places.get(id) ?? ''
      if (place === '(idle)' || place === '(program)') continue
      spent.set(place, (spent.get(place) ?? 0) + (timeDeltas[index] ?? 0))
    }
  }
  const total = [...spent.values()].reduce((sum, each) => sum + each, 0)
  return [...spent]
    .map(([what, time]) => ({ what, share: (100 * time) / total }))
    .sort((a, b) => b.share - a.share)
    .slice(0, TOP_FUNCTIONS)
}

function placeOf({ functionName, url }: { functionName: string; url: string }): string {
  if (url === '') return functionName
  const dependency = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1]
  if (dependency) return dependency
  const path = url.replace(/^file:\/\//, '')
  return path.startsWith(REPOSITORY) ? path.slice(REPOSITORY.length + 1) : path
}
