import { projectionsOf } from '@countersign/kernel/console.ts'
import { OWNER } from '@countersign/kernel/db/migrate.ts'
import { makeSealer } from '@countersign/kernel/personal-data/sealing.ts'
import type { Projection, ProjectionSecrets } from '@countersign/kernel/projections/define-projection.ts'
import { projectionLag } from '@countersign/kernel/projections/projection-lag.ts'
import { type Rebuilt, rebuildProjection } from '@countersign/kernel/projections/rebuild-projection.ts'
import type { TableDifference } from '@countersign/kernel/projections/table-difference.ts'
import { readMigrateConfig } from '@countersign/server/config.ts'
import { declarations } from '@countersign/server/declarations.ts'
import type { Command } from 'commander'
import pg from 'pg'
import { commandEnvironment } from './command-environment.ts'

const PROGRESS_EVERY_MS = 2_000

/** `countersign projections status|rebuild|check`: the tables that are made of events, and making them anew. */
export function addProjectionCommands(program: Command): void {
  const projections = program
    .command('projections')
    .description('tables made of events: how far behind, rebuilt from zero, compared with a rebuild')
  projections
    .command('status')
    .description('how far each projection is behind, and what it has left out')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      await withDatabase(async (pool) => {
        const lags = await projectionLag(pool)
        if (json) return print(JSON.stringify(lags))
        for (const { name, behindMs, failing, leftOut } of lags) {
          const more = [failing ? 'stands still' : '', leftOut > 0 ? `${leftOut} events left out` : '']
          print([name, `${Math.round(behindMs)} ms behind`, ...more].filter(Boolean).join(', '))
        }
      })
    })
  for (const [name, swap, description] of [
    [
      'rebuild',
      true,
      'make the tables anew from the first event while the old ones are served, then swap them',
    ],
    ['check', false, 'compare the tables with what the events make; exits with 1 where they differ'],
  ] as const) {
    projections
      .command(`${name} [projection...]`)
      .description(description)
      .option('--json', 'print one JSON object a projection')
      .action(async (names: string[], { json }: { json?: boolean }) => {
        const wanted = named(names)
        await withDatabase(async (pool, secrets) => {
          for (const projection of wanted) {
            let said = Date.now()
            const rebuilt = await rebuildProjection(pool, projection, {
              swap,
              ...(secrets ? { secrets } : {}),
              onProgress: (position, head) => {
                if (json || Date.now() - said < PROGRESS_EVERY_MS) return
                said = Date.now()
                process.stderr.write(`${projection.name}: ${position} of ${head} events\n`)
              },
            })
            print(json ? JSON.stringify(rebuilt) : sentenceOf(rebuilt))
            if (!swap && !rebuilt.identical) process.exitCode = 1
          }
        })
      })
  }
}

/** @throws Error naming the projections that there are */
function named(names: readonly string[]): readonly Projection[] {
  const declared = projectionsOf(declarations)
  if (names.length === 0) return declared
  return names.map((name) => {
    const found = declared.find((projection) => projection.name === name)
    if (found) return found
    throw new Error(
      `There is no projection "${name}"; there are ${declared.map((each) => each.name).join(', ')}.`,
    )
  })
}

async function withDatabase(
  doing: (pool: pg.Pool, secrets: ProjectionSecrets | undefined) => Promise<void>,
): Promise<void> {
  const { DATABASE_URL, SEALING_KEY } = readMigrateConfig(commandEnvironment('migrate', process.env))
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 2, options: `-c role=${OWNER}` })
  try {
    await doing(pool, SEALING_KEY && makeSealer(pool, SEALING_KEY))
  } finally {
    await pool.end()
  }
}

/** One line, and one more for each table that was not what its events make. */
function sentenceOf({
  projection,
  events,
  after,
  identical,
  differences,
  swapped,
  leftOut,
}: Rebuilt): string {
  const rows = after.reduce((sum, table) => sum + table.rows, 0)
  const line = [
    `${projection}: ${rows} rows of ${events} events`,
    identical ? 'the same as before' : 'not what was there before',
    ...(leftOut > 0 ? [`${leftOut} events left out`] : []),
    swapped ? 'swapped' : 'nothing changed',
  ].join('; ')
  return [line, ...differences.map(differenceLine)].join('\n')
}

function differenceLine({ table, missing, unexpected, changed, example }: TableDifference): string {
  const counts = [
    [changed, 'different'],
    [missing, 'missing'],
    [unexpected, 'too many'],
  ] as const
  const said = counts.flatMap(([n, what]) => (n > 0 ? [`${n} ${what}`] : [])).join(', ')
  if (!example) return `  ${table}: ${said}`
  const key = Object.entries(example.key).map(([column, value]) => `${column} ${value}`)
  const columns = example.columns.length > 0 ? ` (${example.columns.join(', ')})` : ''
  return `  ${table}: ${said}; for example ${key.join(', ')}${columns}`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
