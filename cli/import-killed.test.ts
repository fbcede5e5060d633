import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nachaFileBytes } from '@countersign/testkit/nacha-file.ts'
import { eventually, type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const REPOSITORY = dirname(dirname(fileURLToPath(import.meta.url)))
const ENTRIES = 5_000
const CHUNKS = ENTRIES / 1_000
const RETURNS = ENTRIES / 100
/** Three runs of the command and all events of the file, on a machine that does other things as well. */
const LIMIT_MS = 240_000

let product: Product
const directory = mkdtempSync(join(tmpdir(), 'countersign-killed-'))

beforeAll(async () => {
  product = await startProduct({ sandboxProcess: true })
}, 120_000)
afterAll(async () => {
  rmSync(directory, { recursive: true })
  await product?.close()
})

async function start(path: string): Promise<ChildProcess> {
  const { token } = await product.as('transfers/OPS')
  return spawn(
    process.execPath,
    [join(REPOSITORY, 'cli', 'countersign.mjs'), 'import', 'ach', path, '--json'],
    {
      cwd: REPOSITORY,
      env: {
        ...process.env,
        COUNTERSIGN_HOME: directory,
        COUNTERSIGN_URL: product.url,
        COUNTERSIGN_TOKEN: token,
        UPSTREAM_URL_CTS: `${product.sandboxUrl}/cts`,
        UPSTREAM_KEY_CTS: product.stagingKey,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
}

async function run(path: string): Promise<{ outcome: string; entries: number }> {
  const child = await start(path)
  let out = ''
  child.stdout?.on('data', (text) => {
    out += text
  })
  const [code] = await once(child, 'close')
  expect(code).toBe(0)
  return JSON.parse(out)
}

test(
  'T-14 an import that is killed while it stages is taken up by the next and takes effect once, in CTS and in the queue',
  async () => {
    const { bytes } = nachaFileBytes({ entries: ENTRIES, returnEvery: 100, seed: 77 })
    const path = join(directory, 'killed.ach')
    writeFileSync(path, bytes)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const staged = async (): Promise<{ state?: string; missing_chunks?: number[]; created?: unknown }> => {
      const answer = await fetch(`${product.sandboxUrl}/cts/files/${sha256}`, {
        headers: { authorization: `Bearer ${product.stagingKey}` },
      })
      return answer.json() as Promise<{ state?: string; missing_chunks?: number[] }>
    }

    const killed = await start(path)
    const exit = once(killed, 'exit')
    await eventually('some of it to be staged, and not all', async () => {
      const { missing_chunks } = await staged()
      return missing_chunks !== undefined && missing_chunks.length < CHUNKS
    })
    killed.kill('SIGKILL')
    expect(await exit).toEqual([null, 'SIGKILL'])
    const half = await staged()
    expect(half.state).toBe('staging')
    const operator = await product.as('transfers/OPS')
    const requests = async () =>
      (await operator.get('/v1/requests?type=transfers.import_file')).body.requests as { state: string }[]
    expect(await requests()).toEqual([])

    expect(await run(path)).toMatchObject({ outcome: 'imported', entries: ENTRIES })
    expect((await staged()).created).toEqual({ transfers: ENTRIES - RETURNS, returns: RETURNS, changes: 0 })
    expect(await run(path)).toMatchObject({ outcome: 'unchanged', entries: ENTRIES })
    expect((await requests()).map(({ state }) => state)).toEqual(['executed'])
    const { effects } = (await (
      await fetch(`${product.sandboxUrl}/_sandbox/effects?upstream=cts&limit=10000`)
    ).json()) as { effects: { target: string; count: number }[] }
    expect(effects.filter(({ target }) => target === sha256)).toMatchObject([{ count: 1 }])
    await eventually('every return of it to be in the queue', async () => {
      const { rows } = await product.superuser.query<{ n: number }>(
        'SELECT count(*)::integer AS n FROM transfers.returns_item WHERE starts_with(subject_id, $1)',
        [`tr_${sha256.slice(0, 16)}.`],
      )
      return rows[0]?.n === RETURNS
    })
  },
  LIMIT_MS,
)
