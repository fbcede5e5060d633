import { parseArgs } from 'node:util'
import { runFaults } from './fault-run.ts'

const SECONDS = 60

/** `npm run test:faults [-- --seconds 1800] [--seed 7]`: exits with 1 where an invariant is broken. */
export async function faultsCommand(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: 'string' }, seed: { type: 'string' } },
  })
  const report = await runFaults({
    seconds: Number(values.seconds ?? SECONDS),
    seed: Number(values.seed ?? Math.floor(Math.random() * 1e9)),
    say: (line) => console.log(line),
  })
  console.log(JSON.stringify(report, null, 2))
  process.exit(report.broken.length > 0 ? 1 : 0)
}
