import { expect, test } from 'vitest'
import { runFaults } from './fault-run.ts'

const SECONDS = 40
/** The run, the starts and what was begun coming to its end, on a machine that does other things as well. */
const TIMEOUT_MS = 15 * 60_000

test(
  'O-10 K-18 K-33 I1 I2 I3 I5 I6 I7 I8 I9 I10 I11 I12 I13 I14 case 22: case 26: servers, workers, database and sandbox die by SIGKILL under load, the sandbox misbehaving: nothing acknowledged is lost, nothing happens twice',
  async () => {
    // A new seed each time: what it finds is printed with it.
    const seed = Math.floor(Math.random() * 1e9)
    const said: string[] = []
    const report = await runFaults({ seconds: SECONDS, seed, say: (line) => said.push(line) })
    // In the message: of what differs, a report of many tests says nothing more.
    expect(report.broken, [...report.broken, `seed ${seed}`, ...said].join('\n')).toEqual([])
    // That something was at stake.
    expect(Object.values(report.kills).reduce((sum, n) => sum + n, 0)).toBeGreaterThanOrEqual(10)
    expect(Object.keys(report.kills).sort()).toEqual(['database', 'sandbox', 'server', 'worker'])
    expect(report.missing).toEqual([])
    expect(report.effects).toBeGreaterThan(0)
    expect(report.load.acknowledged).toBeGreaterThan(0)
  },
  TIMEOUT_MS,
)
