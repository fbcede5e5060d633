import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type FileUpstream,
  type ImportConsole,
  startFileUpstream,
  startImportConsole,
} from '@countersign/testkit/bank-file-servers.ts'
import { nachaFileBytes } from '@countersign/testkit/nacha-file.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { importConnections } from './import-commands.ts'
import { grouped, progressBar } from './import-progress.ts'
import { importSentence } from './import-sentence.ts'

const REPOSITORY = dirname(dirname(fileURLToPath(import.meta.url)))

/** Two processes and 50,000 entries, on a machine that does other things as well. */
const SLOW_MACHINE_MS = 120_000

/** The command as it ships. In production it takes nothing from an installation that is at hand. */
const COMMAND = join(REPOSITORY, 'cli', 'countersign.mjs')

let directory: string
let cts: FileUpstream
let server: ImportConsole
const children = new Set<ChildProcess>()

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'countersign-cli-'))
  cts = await startFileUpstream('entries')
  server = await startImportConsole({ cts })
})

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await Promise.all([cts.stop(), server.stop()])
  rmSync(directory, { recursive: true })
})

function written(name: string, content: string | Buffer): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

function start(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd: REPOSITORY,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      COUNTERSIGN_URL: server.url,
      COUNTERSIGN_TOKEN: server.token,
      UPSTREAM_URL_CTS: cts.url,
      UPSTREAM_KEY_CTS: cts.key,
    },
  })
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

async function run(...args: string[]): Promise<{ code: number | null; out: string; error: string }> {
  const child = start(...args)
  let out = ''
  let error = ''
  child.stdout?.on('data', (text) => {
    out += text
  })
  child.stderr?.on('data', (text) => {
    error += text
  })
  const [code] = await once(child, 'close')
  return { code, out, error }
}

describe('countersign import', () => {
  test('T-11 --json prints one object a file and exits with 1 where one was refused; the others go on', async () => {
    const good = written('good.ach', nachaFileBytes({ entries: 3, returnEvery: 3 }).bytes)
    const bad = written('bad.ach', 'nothing')
    const missing = join(directory, 'missing.ach')
    const { code, out, error } = await run('import', 'ach', missing, bad, good, '--json')
    expect(error).toBe('')
    const objects = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(objects).toEqual([
      expect.objectContaining({ file: missing, outcome: 'refused' }),
      {
        file: bad,
        format: 'nacha',
        outcome: 'refused',
        entries: 0,
        debit: '0',
        credit: '0',
        returns: {},
        corrections: {},
        errors: [{ line: 1, column: 1, message: expect.stringContaining('"n"') }],
      },
      {
        file: good,
        format: 'nacha',
        outcome: 'imported',
        entries: 3,
        debit: '0.09',
        credit: '0.00',
        returns: { R01: 1 },
        corrections: {},
        errors: [],
      },
    ])
    expect(code).toBe(1)
  })

  test('T-14 the same file again is unchanged, and that is no failure', async () => {
    const path = written('bank.ach', nachaFileBytes({ entries: 3 }).bytes)
    expect(await run('import', 'ach', path)).toMatchObject({
      code: 0,
      out: `${path}: imported: nacha, 3 entries, debit 0.09, credit 0.00.\n`,
    })
    expect(await run('import', 'ach', path, '--json')).toMatchObject({
      code: 0,
      out: expect.stringContaining('"outcome":"unchanged"'),
    })
  })

  test(
    'T-14 killed while it stages 50,000 entries, it sends only what is missing and takes effect once',
    async () => {
      const path = written('large.ach', nachaFileBytes({ entries: 50_000, returnEvery: 100 }).bytes)
      const killed = start('import', 'ach', path)
      const exit = once(killed, 'exit')
      let arrived = 0
      cts.onRequest = async (call) => {
        if (call.includes('/chunks/')) arrived += 1
        if (arrived === 12) {
          killed.kill('SIGKILL')
          await exit
        }
        return undefined
      }
      expect(await exit).toEqual([null, 'SIGKILL'])
      cts.onRequest = async () => undefined
      expect(server.requests.size).toBe(0)
      const [file] = cts.files.values()
      expect(file?.committed).toBe(false)

      const { code, out } = await run('import', 'ach', path, '--json')
      expect({ code, ...JSON.parse(out) }).toMatchObject({
        code: 0,
        outcome: 'imported',
        entries: 50_000,
        returns: { R01: 500 },
      })
      const missing = cts.missing[1] ?? []
      expect(missing.length).toBeGreaterThan(0)
      expect(missing.length).toBeLessThan(50)
      const secondAnnouncement = cts.calls.indexOf(`PUT /files/${[...cts.files.keys()][0]}`, 1)
      const sent = cts.calls
        .slice(secondAnnouncement)
        .flatMap((call) => /chunks\/(\d+)$/.exec(call)?.[1] ?? [])
      expect(sent.map(Number).sort((one, other) => one - other)).toEqual(missing)
      expect(file?.committed).toBe(true)
      expect([...(file?.chunks.values() ?? [])].flat()).toHaveLength(50_000)
      expect(server.requests.size).toBe(1)
    },
    SLOW_MACHINE_MS,
  )

  test('T-11 where nothing answers, that is said at once, and no file is called refused', async () => {
    const good = written('good.ach', nachaFileBytes({ entries: 3 }).bytes)
    await server.stop()
    const { code, out, error } = await run('import', 'ach', good)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(error).toContain(`Nothing answers at ${server.url}. Start the product with npm start`)
    expect(error).toContain('Nothing was sent.')
    expect(cts.files.size).toBe(0)
  })

  test('T-14 while an upstream fails and is asked again, a word says so', async () => {
    const good = written('good.ach', nachaFileBytes({ entries: 3 }).bytes)
    let failing = 1
    cts.onRequest = async (call) => (call.startsWith('PUT') && failing-- > 0 ? { status: 503 } : undefined)
    const { code, error } = await run('import', 'ach', good)
    expect({ code, error }).toEqual({
      code: 0,
      error: `CTS at ${cts.url} does not answer (it answered 503); trying again …\n`,
    })
  })

  test('T-11 an unknown kind is refused by name', async () => {
    const { code, error } = await run('import', 'bai2', 'x')
    expect(code).toBe(2)
    expect(error).toContain("unknown command 'bai2'")
  })
})

describe('where an import goes', () => {
  const nothing = { server: () => undefined, token: async () => undefined, upstream: async () => undefined }
  const installed = {
    server: () => 'http://127.0.0.1:2',
    token: async (persona: string) => `token of ${persona}`,
    upstream: async (name: string) => ({ url: `http://127.0.0.1:1/${name}`, key: `key of ${name}` }),
  }

  test('T-11 the installation serves where the environment is silent', async () => {
    const { server: console, upstream } = importConnections({}, installed)
    expect(await console()).toMatchObject({
      name: 'The console',
      baseUrl: 'http://127.0.0.1:2',
      token: 'token of transfers/OPS',
    })
    expect(await upstream('recon')).toMatchObject({
      name: 'Recon',
      baseUrl: 'http://127.0.0.1:1/recon',
      token: 'key of recon',
    })
  })

  test('T-11 the environment comes first', async () => {
    const env = {
      COUNTERSIGN_URL: 'https://console.example/',
      COUNTERSIGN_TOKEN: 't',
      UPSTREAM_URL_CTS: 'https://cts.example',
      UPSTREAM_KEY_CTS: 'k',
    }
    const { server: console, upstream } = importConnections(env, installed)
    expect(await console()).toMatchObject({ baseUrl: 'https://console.example', token: 't' })
    expect(await upstream('cts')).toMatchObject({ baseUrl: 'https://cts.example', token: 'k' })
  })

  test('T-11 with neither, what to set is said', async () => {
    const { server: console, upstream } = importConnections({}, nothing)
    await expect(console()).rejects.toThrow('COUNTERSIGN_TOKEN')
    await expect(upstream('recon')).rejects.toThrow('UPSTREAM_KEY_RECON')
  })
})

describe('what a person reads', () => {
  test('T-12 a quarantined statement is one line and its reason', () => {
    const report = {
      file: 's.xml',
      format: 'camt.053.001.04',
      outcome: 'quarantined' as const,
      entries: 1_234,
      debit: { CHF: '1.00', EUR: '2.00' },
      credit: '0',
      returns: { AC01: 2 },
      corrections: {},
      errors: [{ path: '/Document/Stmt[1]', line: 7, message: 'Quarantined: it is off by 0.01.' }],
    }
    expect(importSentence(report)).toBe(
      's.xml: imported, with a statement quarantined: camt.053.001.04, 1\u202f234 entries, debit 1.00 CHF + 2.00 EUR, credit 0, returns AC01 × 2.\n' +
        '  /Document/Stmt[1] (line 7): Quarantined: it is off by 0.01.',
    )
  })

  test('T-12 what a file holds is written out where a terminal would obey it', () => {
    const report = {
      ...{ file: 's.xml', format: 'camt.053.001.04', outcome: 'refused' as const, entries: 0 },
      ...{ debit: '0', credit: '0', returns: {}, corrections: {} },
      errors: [{ path: '/Document/\u009b2J', line: 7, message: 'It gives \u202eDBLC\u001b[31m.' }],
    }
    expect(importSentence(report)).toBe(
      's.xml: REFUSED.\n  /Document/\\u{9b}2J (line 7): It gives \\u{202e}DBLC\\u{1b}[31m.',
    )
  })

  test('T-14 a large file draws a bar with entries a second on a terminal, and nothing elsewhere', () => {
    const drawn: string[] = []
    let clock = 0
    const stream = { isTTY: true, columns: 200, write: (text: string) => drawn.push(text) }
    const bar = progressBar(stream, 'big.ach', () => clock)
    const step = { step: 'sending' as const, ofBytes: 100_000_000 }
    bar.show({ ...step, bytes: 1, entries: 0 })
    clock = 2_000
    bar.show({ ...step, bytes: 25_000_000, entries: 500_000 })
    clock = 2_001
    bar.show({ ...step, bytes: 25_100_000, entries: 500_100 })
    expect(drawn).toHaveLength(2)
    expect(drawn[1]).toContain('Staging big.ach ██████░░')
    expect(drawn[1]).toContain('25 % · 500\u202f000 entries · 250\u202f000/s')
    bar.clear()

    const silent: string[] = []
    progressBar({ write: (text) => silent.push(text) }, 'big.ach', () => 0).show({
      ...step,
      bytes: 1,
      entries: 1,
    })
    progressBar({ isTTY: true, write: (text) => silent.push(text) }, 'small.ach', () => 0).show({
      step: 'checking',
      bytes: 900,
      ofBytes: 950,
      entries: 3,
    })
    expect(silent).toEqual([])
  })

  test('T-14 counts are grouped by three', () => {
    expect([0, 999, 1_000, 1_234_567].map(grouped)).toEqual(['0', '999', '1\u202f000', '1\u202f234\u202f567'])
  })
})
