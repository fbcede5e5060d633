import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, InvalidArgumentError } from 'commander'
import { type FaultReport, runFaults } from './fault-run.ts'

const SECONDS = 60
/** A run of this length is the one whose figures are kept. */
const KEPT_FROM_S = 1_800
/** Shown in `bench/RESULTS.md`. */
const KEPT = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'bench', 'faults.md')

/** `npm run test:faults [-- --seconds 1800] [--seed 7]`: exits with 1 where an invariant is broken. */
export async function faultsCommand(args: readonly string[]): Promise<void> {
  await new Command('npm run test:faults --')
    .description(
      'Kills processes of the product at random under load, and checks every invariant at the end.',
    )
    .option('--seconds <n>', 'how long they are killed', wholeNumber, SECONDS)
    .option('--seed <n>', 'of what is random; otherwise another each time', wholeNumber)
    .action(runAndReport)
    .parseAsync(args, { from: 'user' })
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('A whole number is meant.')
  return Number(text)
}

async function runAndReport({
  seconds,
  seed = Math.floor(Math.random() * 1e9),
}: {
  readonly seconds: number
  readonly seed?: number
}): Promise<void> {
  const say = (line: string) => void process.stdout.write(`${line}\n`)
  const report = await runFaults({ seconds, seed, say })
  say(JSON.stringify(report, null, 2))
  if (seconds >= KEPT_FROM_S) writeFileSync(KEPT, inWords(report, seed))
  process.exit(report.broken.length > 0 ? 1 : 0)
}

function inWords(report: FaultReport, seed: number): string {
  const listed = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, n]) => `${name} ${n}`)
      .join(', ')
  const ms = (value: number) => `${(value / 1000).toFixed(1)} s`
  return [
    `\`npm run test:faults -- --seconds ${report.seconds} --seed ${seed}\`, under load, the sandbox misbehaving:`,
    '',
    `- killed by SIGKILL: ${listed(report.kills)};`,
    `- sent: ${listed(report.load.sent)}; acknowledged: ${report.load.acknowledged}; answers: ${listed(report.load.statuses)};`,
    `- requests at the end: ${listed(report.requests)}; effects at the sandbox: ${report.effects}; emergencies: ${listed(report.emergencies)};`,
    `- from authorisation to its end, every outage included: p50 ${ms(report.deliveryMs.p50)}, p99 ${ms(report.deliveryMs.p99)}, most ${ms(report.deliveryMs.most)};`,
    `- broken invariants: ${report.broken.length === 0 ? 'none' : report.broken.join('; ')}.`,
    '',
  ].join('\n')
}
