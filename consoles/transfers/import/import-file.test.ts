import { createHash } from 'node:crypto'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type FileUpstream,
  type ImportConsole,
  startFileUpstream,
  startImportConsole,
} from '@countersign/testkit/bank-file-servers.ts'
import { nachaFileBytes } from '@countersign/testkit/nacha-file.ts'
import { publishedData } from '@countersign/testkit/published-data.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ImportProgress, type ImportServices, importFile } from './import-file.ts'

const ach = publishedData('D01_ach_dev')
const camt = publishedData('D02_iso20022_dev')

const MANY_FILES_MS = 120_000

let directory: string
let cts: FileUpstream
let recon: FileUpstream
let server: ImportConsole
let services: ImportServices
let progress: ImportProgress[]

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'countersign-import-'))
  cts = await startFileUpstream('entries')
  recon = await startFileUpstream('statements')
  server = await startImportConsole({ cts, recon })
  progress = []
  services = {
    server: async () => ({ name: 'The console', baseUrl: server.url, token: server.token }),
    upstream: async (name) => {
      const upstream = name === 'cts' ? cts : recon
      return { name: name.toUpperCase(), baseUrl: upstream.url, token: upstream.key }
    },
    onProgress: (step) => progress.push(step),
  }
})

afterEach(async () => {
  await Promise.all([cts.stop(), recon.stop(), server.stop()])
  rmSync(directory, { recursive: true })
})

function written(name: string, content: string | Buffer): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

function nacha(entries: number, options: { returnEvery?: number } = {}): string {
  return written('bank.ach', nachaFileBytes({ entries, ...options }).bytes)
}

const STATEMENT = (closing: string) =>
  `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>S1</Id><CreDtTm>2026-04-01T06:00:00Z</CreDtTm><Acct><Id><IBAN>LT1</IBAN></Id></Acct><Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></Bal><Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal><Ntry><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-31</Dt></BookgDt><NtryDtls><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><RltdPties><Dbtr><Nm>Ona</Nm></Dbtr><DbtrAcct><Id><IBAN>LT2</IBAN></Id></DbtrAcct></RltdPties><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls></NtryDtls></Ntry></Stmt><Stmt><Id>S2</Id><CreDtTm>2026-04-01T06:00:00Z</CreDtTm><Acct><Id><IBAN>LT1</IBAN></Id></Acct></Stmt></BkToCstmrStmt></Document>`

describe('a Nacha file', () => {
  test('T-11 is staged in chunks of at most 1,000 entries and made effective by the governed action', async () => {
    const path = nacha(2_500, { returnEvery: 100 })
    const report = await importFile(path, 'ach', services)
    const [sha256 = ''] = cts.files.keys()
    const file = cts.files.get(sha256)
    expect(report).toEqual({
      file: path,
      format: 'nacha',
      outcome: 'imported',
      entries: 2_500,
      // 0.02 to 25.01 in steps of a cent.
      debit: '31287.50',
      credit: '0.00',
      returns: { R01: 25 },
      corrections: {},
      errors: [],
    })
    expect(file?.committed).toBe(true)
    expect([0, 1, 2].map((n) => file?.chunks.get(n)?.length)).toEqual([1_000, 1_000, 500])
    expect(file?.description).toEqual({
      name: 'bank.ach',
      format: 'nacha',
      totals: {
        entries: 2_500,
        debit: { amount: '31287.50', currency: 'USD' },
        credit: { amount: '0.00', currency: 'USD' },
      },
      chunks: 3,
    })
    expect([...server.requests]).toEqual([
      [
        `import-${sha256}`,
        {
          target: { kind: 'file', id: sha256 },
          input: { upstream: 'cts' },
          reason: { code: 'bank_file' },
        },
      ],
    ])
    expect(progress.map(({ step }) => step)).toEqual(
      expect.arrayContaining(['checking', 'sending', 'waiting']),
    )
  })

  test('T-11 the entries reach CTS as they stand in the file, each once and in order', async () => {
    await importFile(nacha(1_200, { returnEvery: 600 }), 'ach', services)
    const [file] = cts.files.values()
    const entries = [0, 1].flatMap((n) => file?.chunks.get(n) ?? []) as {
      trace_number: string
      return?: { code: string }
    }[]
    expect(entries.map(({ trace_number }) => Number(trace_number.slice(8)))).toEqual(
      Array.from({ length: 1_200 }, (_, index) => index + 1),
    )
    expect(entries.flatMap((entry) => entry.return?.code ?? [])).toEqual(['R01', 'R01'])
  })

  test('T-11 a malformed file is refused with line and column, and no upstream hears of it', async () => {
    const { bytes } = nachaFileBytes({ entries: 1_500 })
    bytes.write('9', 95 * 1_400 + 38, 'latin1')
    const report = await importFile(written('bank.ach', bytes), 'ach', services)
    expect(report).toMatchObject({ outcome: 'refused', entries: 0, errors: [{ line: 1_503, column: 21 }] })
    expect(cts.calls).toEqual([])
    expect(server.requests.size).toBe(0)
    expect(server.refusals).toEqual([
      {
        target: { kind: 'refused_file', id: createHash('sha256').update(bytes).digest('hex') },
        input: {
          ...{ format: 'nacha', errors: 1, line: 1_503, column: 21 },
          message: 'Batch 1 claims debits of 11272.50; its entries sum to 11272.59.',
        },
        reason: { code: 'malformed' },
      },
    ])
    const unheard = {
      ...services,
      server: async () => ({ name: 'The console', baseUrl: server.url, token: 'x' }),
    }
    const { outcome, errors } = await importFile(written('bank.ach', bytes), 'ach', unheard)
    expect([outcome, errors.at(-1)?.message]).toEqual([
      'refused',
      expect.stringContaining('The audit log does not know of this refusal.'),
    ])
  })

  test('T-14 the same file again changes nothing: no chunk, no request', async () => {
    const path = nacha(1_500)
    await importFile(path, 'ach', services)
    const before = cts.calls.length
    const again = await importFile(path, 'ach', services)
    expect(again).toMatchObject({ outcome: 'unchanged', entries: 1_500, errors: [] })
    expect(cts.calls.slice(before)).toEqual([expect.stringMatching(/^PUT \/files\/[0-9a-f]{64}$/)])
    expect(server.requests.size).toBe(1)
  })

  test('T-14 only the chunks that are missing are sent', async () => {
    const path = nacha(4_500)
    cts.onRequest = async (call) => (call.endsWith('/chunks/2') ? { status: 400 } : undefined)
    expect(await importFile(path, 'ach', services)).toMatchObject({ outcome: 'refused' })
    expect(server.requests.size).toBe(0)
    cts.onRequest = async () => undefined
    const before = cts.calls.length
    expect(await importFile(path, 'ach', services)).toMatchObject({ outcome: 'imported' })
    const missing = cts.missing[1] ?? []
    expect(missing).toContain(2)
    expect(
      cts.calls
        .slice(before)
        .flatMap((call) => /chunks\/(\d+)/.exec(call)?.[1] ?? [])
        .map(Number),
    ).toEqual(missing)
  })

  test('T-14 an upstream that fails for a moment is asked again; nothing arrives twice', async () => {
    const failing = new Set([/files\/\w+$/, /chunks\/0$/, /chunks\/1$/])
    cts.onRequest = async (call) => {
      for (const pattern of failing) {
        if (!pattern.test(call)) continue
        failing.delete(pattern)
        return { status: 503 }
      }
      return undefined
    }
    expect(await importFile(nacha(1_500), 'ach', services)).toMatchObject({ outcome: 'imported' })
    expect(failing.size).toBe(0)
    expect([...cts.files.values()][0]?.chunks.size).toBe(2)
  })

  test('T-14 a file that changes between the passes is refused and forgotten', async () => {
    const path = nacha(3_000)
    cts.onRequest = async (call) => {
      // It is announced when the first pass is over and the second has not begun.
      if (/^PUT \/files\/\w+$/.test(call)) truncateSync(path, statSync(path).size - 950)
      return undefined
    }
    const report = await importFile(path, 'ach', services)
    expect(report).toMatchObject({
      outcome: 'refused',
      errors: [{ message: expect.stringContaining('changed') }],
    })
    expect(cts.files.size).toBe(0)
    expect(server.requests.size).toBe(0)
  })

  test('T-14 a request that came to nothing is asked anew under its own key; the next try joins what is under way', async () => {
    const path = nacha(10)
    server.ending = () => 'failed'
    const first = await importFile(path, 'ach', services)
    expect(first).toMatchObject({
      outcome: 'refused',
      errors: [{ message: expect.stringContaining('The upstream refused to commit') }],
    })
    server.ending = () => 'executed'
    expect(await importFile(path, 'ach', services)).toMatchObject({ outcome: 'imported' })
    const [sha256] = cts.files.keys()
    expect([...server.requests.keys()]).toEqual([`import-${sha256}`, `import-${sha256}-after-req-1`])
  })
})

describe('a statement', () => {
  test('T-12 goes to Recon with its balances and lines', async () => {
    const report = await importFile(written('s.xml', STATEMENT('9.00')), 'camt', services)
    expect(report).toMatchObject({
      format: 'camt.053.001.08',
      outcome: 'imported',
      entries: 1,
      debit: '0',
      credit: '10.00',
      returns: { AC04: 1 },
      errors: [],
    })
    const [file] = recon.files.values()
    expect(file?.description).toMatchObject({
      format: 'camt.053.001.08',
      totals: { entries: 1, debit: [], credit: { amount: '10.00', currency: 'EUR' } },
    })
    // As it was sent: members without value are absent.
    expect(file?.chunks.get(0)).toEqual([
      {
        id: 'S1',
        account: 'LT1',
        currency: 'EUR',
        opening: { amount: '-1.00', currency: 'EUR' },
        closing: { amount: '9.00', currency: 'EUR' },
        from: '2026-04-01',
        to: '2026-04-01',
        lines: [
          {
            side: 'credit',
            amount: { amount: '10.00', currency: 'EUR' },
            date: '2026-03-31',
            reference: 'E1',
            end_to_end_id: 'E1',
            counterparty: 'Ona',
            counterparty_account: 'LT2',
            description: 'Returned · AC04 · Account closed',
            status: 'booked',
          },
        ],
      },
      { id: 'S2', account: 'LT1', currency: 'XXX', from: '2026-04-01', to: '2026-04-01', lines: [] },
    ])
    expect(server.requests.values().next().value).toMatchObject({ input: { upstream: 'recon' } })
  })

  test('T-12 one that does not add up is imported and reported as quarantined, with the difference', async () => {
    const report = await importFile(written('s.xml', STATEMENT('9.01')), 'camt', services)
    expect(report).toMatchObject({
      outcome: 'quarantined',
      entries: 1,
      errors: [
        {
          path: '/Document/BkToCstmrStmt/Stmt[1]',
          message: expect.stringContaining('a difference of 0.01'),
        },
      ],
    })
    expect([...recon.files.values()][0]?.committed).toBe(true)
    expect(await importFile(join(directory, 's.xml'), 'camt', services)).toMatchObject({
      outcome: 'unchanged',
    })
  })

  test('T-12 a long one is sent in parts that carry the same name', async () => {
    const lines = Array.from({ length: 2_100 }, (_, index) => `:61:260331C${index},00NTRFREF${index}`)
    const head = [':20:LONG', ':25:LT1', ':28C:1/1', ':60F:C260331EUR0,00']
    const closing = (2_099 * 2_100) / 2
    const content = [...head, ...lines, `:62F:C260331EUR${closing},00`, '-'].join('\r\n')
    const report = await importFile(written('s.sta', content), 'mt940', services)
    expect(report).toMatchObject({ outcome: 'imported', format: 'mt940', entries: 2_100 })
    const [file] = recon.files.values()
    const parts = [0, 1, 2].flatMap((n) => file?.chunks.get(n) ?? []) as {
      id: string
      closing: unknown
      lines: unknown[]
    }[]
    expect(parts.map(({ id, lines: own }) => [id, own.length])).toEqual([
      ['LONG 1/1', 1_000],
      ['LONG 1/1', 1_000],
      ['LONG 1/1', 100],
    ])
    // The closing balance stands at the end of the file; the first part has it already.
    expect(parts[0]?.closing).toEqual({ amount: `${closing}.00`, currency: 'EUR' })
  })

  test('T-12 entries of long texts go in more parts, so that few are held at a time', async () => {
    const entry = `<Ntry><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-31</Dt></BookgDt><AddtlNtryInf>${'x'.repeat(600_000)}</AddtlNtryInf></Ntry>`
    const content = `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>LONG</Id><Acct><Id><IBAN>LT007180000000000000</IBAN></Id></Acct>${entry.repeat(40)}</Stmt></BkToCstmrStmt></Document>`
    const report = await importFile(written('long.xml', content), 'camt', services)
    expect(report).toMatchObject({ outcome: 'imported', entries: 40 })
    const [file] = recon.files.values()
    const parts = [0, 1, 2].flatMap((n) => file?.chunks.get(n) ?? []) as { lines: unknown[] }[]
    // 600 of weight each, and at most 20,000 in a chunk.
    expect(parts.map(({ lines }) => lines.length)).toEqual([33, 7])
  })

  test('T-12 sums of several currencies are told apart', async () => {
    const one = (currency: string) =>
      `:20:A\n:25:${currency}\n:60F:C260331${currency}0,\n:61:260331C5,NTRFX\n:62F:C260331${currency}5,\n-\n`
    const report = await importFile(written('s.sta', one('EUR') + one('JPY')), 'mt940', services)
    expect(report).toMatchObject({ outcome: 'imported', credit: { EUR: '5.00', JPY: '5' }, debit: '0' })
  })
})

describe('what is no bank file', () => {
  test.each([
    ['a missing file', () => join(directory, 'none.ach'), /no such file/],
    ['a directory', () => directory, /directory/],
    ['an empty file', () => written('empty.ach', ''), /empty/],
    [
      'a binary file',
      () => written('picture.ach', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2])),
      /begins with/,
    ],
    ['a path through a file', () => join(written('plain', 'x'), 'inside'), /not a directory/],
    ['a device', () => '/dev/null', /not a plain file/],
  ])('T-11 %s is refused with a clear word', async (_what, path, message) => {
    for (const kind of ['ach', 'camt', 'mt940'] as const) {
      const report = await importFile(path(), kind, services)
      expect(report).toMatchObject({ file: path(), outcome: 'refused', entries: 0, returns: {} })
      expect(report.errors[0]?.message).toMatch(kind === 'ach' ? message : /./)
    }
    expect(cts.calls).toEqual([])
  })

  test.skipIf(process.getuid?.() === 0)(
    'T-11 a file that may not be read is refused with a clear word',
    async () => {
      const path = nacha(1)
      chmodSync(path, 0)
      expect((await importFile(path, 'ach', services)).errors[0]?.message).toContain('may not be read')
    },
  )

  test('T-11 a server or upstream that is not there is said so, with what to do', async () => {
    const path = nacha(1)
    const wrongKey = {
      ...services,
      upstream: async () => ({ name: 'CTS', baseUrl: cts.url, token: 'wrong' }),
    }
    expect((await importFile(path, 'ach', wrongKey)).errors).toEqual([
      { path, message: 'CTS does not accept the key: set UPSTREAM_KEY_CTS.' },
    ])
    const wrongToken = {
      ...services,
      server: async () => ({ name: 'The console', baseUrl: server.url, token: 'x' }),
    }
    expect((await importFile(path, 'ach', wrongToken)).errors[0]?.message).toContain('COUNTERSIGN_TOKEN')
    await cts.stop()
    expect((await importFile(path, 'ach', services)).errors[0]?.message).toMatch(
      /could not be reached.*run the import again/,
    )
  })
})

describe.skipIf(ach.absent || camt.absent)('published files, end to end', { timeout: MANY_FILES_MS }, () => {
  test('T-11 every published Nacha file is imported once, and a second time changes nothing', async () => {
    const expected: Record<
      string,
      { entries: number; debit: number; credit: number; returns: string[]; noc: string[] }
    > = JSON.parse(readFileSync(ach.file('EXPECTED.json'), 'utf8'))
    const totals = { entries: 0, debit: 0n, credit: 0n, returns: 0, corrections: 0 }
    const minor = (sum: unknown) => BigInt(String(sum).replace('.', ''))
    const counts = (codes: Record<string, number>) =>
      Object.values(codes).reduce((sum, count) => sum + count, 0)
    for (const [name, figures] of Object.entries(expected)) {
      const report = await importFile(ach.file(name), 'ach', services)
      expect(report, name).toMatchObject({
        outcome: 'imported',
        entries: figures.entries,
      })
      totals.entries += report.entries
      totals.debit += minor(report.debit)
      totals.credit += minor(report.credit)
      totals.returns += counts(report.returns)
      totals.corrections += counts(report.corrections)
    }
    // The catalogue's own sums over the 54 files.
    expect(totals).toEqual({
      entries: 68,
      debit: 1_304_774_050n,
      credit: 1_000_320_799n,
      returns: 5,
      corrections: 2,
    })
    expect(cts.files.size).toBe(54)
    for (const name of Object.keys(expected)) {
      expect((await importFile(ach.file(name), 'ach', services)).outcome).toBe('unchanged')
    }
  })

  test('T-12 of the published ISO 20022 files the statements are imported and everything else is refused', async () => {
    const expected: Record<
      string,
      { message: string | null; entries: number; credit: string; debit: string }
    > = JSON.parse(readFileSync(camt.file('EXPECTED.json'), 'utf8'))
    const outcomes: Record<string, number> = {}
    for (const name of readdirSync(camt.directory)) {
      const report = await importFile(camt.file(name), 'camt', services)
      outcomes[report.outcome] = (outcomes[report.outcome] ?? 0) + 1
      const figures = expected[name]
      const statement = /^camt\.05[234]\./.test(figures?.message ?? '')
      expect(report.outcome === 'refused', name).toBe(!statement)
      if (statement) {
        expect([report.entries, Number(report.credit), Number(report.debit)]).toEqual([
          figures?.entries,
          Number(figures?.credit),
          Number(figures?.debit),
        ])
      }
    }
    expect(outcomes).toMatchObject({ quarantined: 1 })
    expect(server.requests.size).toBe(recon.files.size)
  })
})
