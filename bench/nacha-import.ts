import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { startCountersign } from '@countersign/testkit/countersign-command.ts'
import { nachaFile } from '@countersign/testkit/nacha-file.ts'
import { readNacha } from '@countersign/transfers/import/nacha.ts'
import type { BenchEnvironment } from './bench-environment.ts'
import { peakMemoryBytes } from './child-process.ts'
import type { Row } from './results.ts'
import { whole } from './whole.ts'

const PARSES = 3
const LOOK_EVERY_MS = 100
const TARGETS = { parsedPerS: 150_000, durablePerS: 15_000, bytes: 250 * 1024 * 1024 }

/**
 * S-13: a Nacha file of so many entries, read to its end and checked; and imported by the command as it ships, from its start until
 * the upstream holds every entry durably and the console's log says who imported it.
 */
export async function importRows(environment: BenchEnvironment, entries: number): Promise<Row[]> {
  const file = join(environment.directory, 'entries.ach')
  await pipeline(Readable.from(nachaFile({ entries, returnEvery: 1_000 })), createWriteStream(file))
  const parses: number[] = []
  for (let round = 0; round < PARSES; round += 1) parses.push(await parsedPerSecond(file, entries))
  const parsed = parses.toSorted((a, b) => a - b)[Math.floor(PARSES / 2)] ?? 0
  const { seconds, peak } = await imported(environment, file, entries)
  const durable = entries / seconds
  return [
    {
      id: 'S-13',
      what: 'Nacha entries parsed and checked, one core',
      value: `${whole(parsed)}/s`,
      limit: '–',
      target: `≥ ${whole(TARGETS.parsedPerS)}/s`,
      met: parsed >= TARGETS.parsedPerS,
      note: `${whole(entries)} entries from a file, hashes, counts and totals of every batch checked; every round: ${parses.map(whole).join(', ')}`,
    },
    {
      id: 'S-13',
      what: 'the same imported, durable end to end',
      value: `${whole(durable)}/s`,
      limit: '–',
      target: `≥ ${whole(TARGETS.durablePerS)}/s`,
      met: durable >= TARGETS.durablePerS,
      note: `${seconds.toFixed(1)} s from the start of the command to its exit: read twice, staged and committed at the sandbox, whose PostgreSQL is on the same cores, by the governed action`,
    },
    {
      id: 'S-13',
      what: `memory of the command for ${whole(entries)} entries`,
      value: peak === undefined ? 'not known here' : `${whole(peak / 1024 / 1024)} MB`,
      limit: `${whole(TARGETS.bytes / 1024 / 1024)} MB`,
      ...(peak === undefined ? {} : { ratio: peak / TARGETS.bytes, met: peak <= TARGETS.bytes }),
      target: '≤ 1',
      note: 'resident (VmHWM)',
    },
  ]
}

async function parsedPerSecond(file: string, entries: number): Promise<number> {
  const began = performance.now()
  const reading = readNacha(createReadStream(file))
  let read = 0
  for await (const group of reading.entries) read += group.length
  if (read !== entries) throw new Error(`${read} of ${entries} entries were read`)
  return (entries * 1000) / (performance.now() - began)
}

async function imported(
  environment: BenchEnvironment,
  file: string,
  entries: number,
): Promise<{ readonly seconds: number; readonly peak: number | undefined }> {
  const worker = await environment.startWorker()
  try {
    const began = performance.now()
    const command = startCountersign(
      {
        COUNTERSIGN_HOME: join(environment.directory, 'no-installation'),
        COUNTERSIGN_URL: `http://127.0.0.1:${environment.port}`,
        COUNTERSIGN_TOKEN: await environment.token('bench-import', 'transfers/OPS'),
        UPSTREAM_URL_CTS: `${environment.sandboxUrl}/cts`,
        UPSTREAM_KEY_CTS: environment.sandboxKey,
      },
      ...['import', 'ach', file, '--json'],
    )
    let peak: number | undefined
    const watching = setInterval(() => {
      peak = peakMemoryBytes(command.pid) ?? peak
    }, LOOK_EVERY_MS)
    const { stdout, stderr } = await command.ended
    clearInterval(watching)
    const seconds = (performance.now() - began) / 1000
    const report = JSON.parse(stdout || '{}') as { outcome?: string; entries?: number }
    if (report.outcome !== 'imported' || report.entries !== entries) {
      throw new Error(`the file was not imported: ${stdout}${stderr}`)
    }
    return { seconds, peak }
  } finally {
    await worker.end()
  }
}
