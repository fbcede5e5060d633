import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateSignerKey, parseSignerKey } from '@countersign/kernel/audit/signed-note.ts'
import type { VerificationReport } from '@countersign/kernel/audit/verify-log.mjs'
import { kernelMigrations } from '@countersign/kernel/migration-source.ts'
import { createTestAuditLog, TEST_ORIGIN, type TestAuditLog } from '@countersign/testkit/audit-log.ts'
import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runAuditProcess, runVerifierAlone } from './audit-process.fixture.ts'

// 700 entries: two full tiles and a part of a third; the entries 300 to 309 and 699 are marked, so tile 0 holds none.
const SIZE = 700
const MARKED = [...Array.from({ length: 10 }, (_, at) => 300 + at), 699]

let database: TestDatabase
let log: TestAuditLog
let files: string
let earlier: string

const file = (name: string) => join(files, name)
const exportTo = async (name: string, ...flags: string[]) => {
  const result = await runAuditProcess(
    'audit',
    'export',
    '--database-url',
    database.url('auditor'),
    '--out',
    file(name),
    ...flags,
  )
  return { ...result, text: existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '' }
}
const lines = () => readFileSync(file('bundle'), 'utf8').trimEnd().split('\n')
const verify = async (bundle: string[], ...flags: string[]) => {
  writeFileSync(file('tampered'), `${bundle.join('\n')}\n`)
  const { status, stdout, stderr } = await runVerifierAlone('--bundle', file('tampered'), ...flags)
  if (stdout === '') throw new Error(stderr)
  return { status, report: JSON.parse(stdout) as VerificationReport }
}

beforeAll(async () => {
  files = mkdtempSync(join(tmpdir(), 'countersign-export-'))
  database = await createTestDatabase([kernelMigrations])
  log = createTestAuditLog(database)
  await log.append(300)
  await log.sequence()
  await log.sign()
  earlier = (await log.witness.latest())?.note ?? ''
  await log.append(10, {
    action: 'transfers.freeze_entity',
    reason: { code: 'R10', note: '=HYPERLINK("http://x","y")' },
  })
  await log.append(389)
  await log.append(1, { action: 'transfers.freeze_entity', detail: { formula: '=1+1', newline: 'a\nb' } })
  await log.sequence()
  await log.sign()
  writeFileSync(file('key'), log.key.text)
  writeFileSync(file('earlier'), earlier)
  await exportTo('bundle')
})
afterAll(async () => {
  log.remove()
  rmSync(files, { recursive: true })
  await database.drop()
})

describe('C-25 K-33 a whole bundle', () => {
  test('is as signed, by the command and by the verifier alone, and holds no personal data', async () => {
    const expected = {
      ok: true,
      entries: SIZE,
      tree_size: SIZE,
      root: expect.stringMatching(/^[\w+/]{43}=$/),
    }
    const { status, report } = await verify(lines(), '--key', file('key'), '--checkpoint', file('earlier'))
    expect(report).toEqual(expected)
    expect(status).toBe(0)
    const command = await runAuditProcess(
      ...[
        'audit',
        'verify',
        '--bundle',
        file('bundle'),
        '--key',
        file('key'),
        '--checkpoint',
        file('earlier'),
        '--json',
      ],
    )
    expect(JSON.parse(command.stdout)).toEqual(expected)
    expect(command).toMatchObject({ status: 0, stderr: '' })
    const said = await runAuditProcess('audit', 'verify', '--bundle', file('bundle'))
    expect(said.stdout).toMatch(/^As signed: 700 entries/)
    expect(said.stderr).toMatch(/No --key/)
    const bytes = lines()
      .map((line) => (JSON.parse(line) as { canonical?: string }).canonical)
      .map((canonical) => Buffer.from(canonical ?? '', 'base64').toString('utf8'))
      .join('\n')
    expect(bytes).toContain('transfers.freeze_entity')
    for (const value of ['203.0.113.7', 'Mozilla', 'HYPERLINK', 'Account closed'])
      expect(bytes).not.toContain(value)
  })

  const lineOf = (index: number) => lines().findIndex((line) => line.startsWith(`{"index":${index},`))
  const firstBad = async (change: (bundle: string[]) => void, ...flags: string[]) => {
    const bundle = lines()
    change(bundle)
    const { status, report } = await verify(bundle, '--key', file('key'), ...flags)
    expect({ status, ok: report.ok }).toEqual({ status: 1, ok: false })
    return report.first_bad
  }
  const idAt = (index: number) => {
    const { canonical } = JSON.parse(lines()[lineOf(index)] ?? '') as { canonical: string }
    return (JSON.parse(Buffer.from(canonical, 'base64').toString('utf8')) as { id: string }).id
  }
  const forged = (line: string) => {
    const value = JSON.parse(line) as { index: number; canonical: string }
    const canonical = Buffer.from(value.canonical, 'base64')
      .toString('utf8')
      .replace('"pending"', '"executed"')
    return JSON.stringify({ ...value, canonical: Buffer.from(canonical).toString('base64') })
  }

  test.each([0, 255, 256, 513, 699])('names an altered entry: %i', async (index) => {
    const found = await firstBad((bundle) =>
      bundle.splice(lineOf(index), 1, forged(bundle[lineOf(index)] ?? '')),
    )
    expect(found).toEqual({ index, entry: idAt(index), why: expect.stringMatching(/^altered/) })
  })

  test.each([0, 255, 256, 698, 699])('names a missing entry: %i', async (index) => {
    const found = await firstBad((bundle) => bundle.splice(lineOf(index), 1))
    expect(found).toMatchObject({ index, why: expect.stringMatching(/^missing/) })
  })

  test('names an inserted entry, wherever it claims to be', async () => {
    expect(await firstBad((bundle) => bundle.splice(lineOf(40), 0, bundle[lineOf(40)] ?? ''))).toMatchObject({
      index: 40,
      why: expect.stringMatching(/^inserted/),
    })
    const beyond = JSON.stringify({ index: SIZE, canonical: Buffer.from('{"id":"x"}').toString('base64') })
    expect(await firstBad((bundle) => bundle.push(beyond))).toMatchObject({ index: SIZE, entry: 'x' })
    const between = JSON.stringify({ index: 41, canonical: Buffer.from('{"id":"x"}').toString('base64') })
    expect(await firstBad((bundle) => bundle.splice(lineOf(41), 0, between))).toMatchObject({
      index: 41,
      entry: 'x',
    })
  })

  test('names the first of entries that changed places', async () => {
    const swap = (renumber: boolean) => (bundle: string[]) => {
      const [first, second] = [lineOf(20), lineOf(30)]
      const [a = '', b = ''] = [bundle[first], bundle[second]]
      bundle[first] = renumber ? b.replace('"index":30', '"index":20') : b
      bundle[second] = renumber ? a.replace('"index":20', '"index":30') : a
    }
    expect(await firstBad(swap(true))).toEqual({
      index: 20,
      entry: idAt(30),
      why: 'out of order: this is entry 30',
    })
    expect(await firstBad(swap(false))).toMatchObject({ index: 20 })
  })

  test('finds an entry and its hash altered together between two checkpoints', async () => {
    const found = await firstBad((bundle) => {
      const at = lineOf(310)
      bundle[at] = forged(bundle[at] ?? '')
      const { canonical } = JSON.parse(bundle[at]) as { canonical: string }
      const tileAt = bundle.findIndex((line) => line.startsWith('{"tile":1,'))
      const tile = JSON.parse(bundle[tileAt] ?? '') as { tile: number; hashes: string }
      const hashes = Buffer.from(tile.hashes, 'base64')
      createHash('sha256')
        .update(Buffer.from([0]))
        .update(Buffer.from(canonical, 'base64'))
        .digest()
        .copy(hashes, (310 - 256) * 32)
      bundle[tileAt] = JSON.stringify({ ...tile, hashes: hashes.toString('base64') })
    })
    expect(found).toMatchObject({ index: 300, why: expect.stringMatching(/entries 300 to 699/) })
  })

  test('a bundle cut off anywhere is missing what follows', async () => {
    const at = lineOf(520)
    expect(await firstBad((bundle) => bundle.splice(at))).toMatchObject({ index: 520 })
    const tileAt = lines().findIndex((line) => line.startsWith('{"tile":2,'))
    expect(await firstBad((bundle) => bundle.splice(tileAt))).toMatchObject({ index: 512 })
    expect(await firstBad((bundle) => bundle.splice(1))).toMatchObject({ index: 0 })
  })

  test('an older bundle is whole in itself, and missing entries beside a newer checkpoint', async () => {
    writeFileSync(file('latest'), (await log.witness.latest())?.note ?? '')
    const older = lines()
    const header = JSON.parse(older[0] ?? '') as object
    older[0] = JSON.stringify({ ...header, checkpoint: earlier })
    const end = older.findIndex((line) => line.startsWith('{"tile":1,'))
    const tile = JSON.parse(older[end] ?? '') as { tile: number; hashes: string }
    const hashes = Buffer.from(tile.hashes, 'base64')
      .subarray(0, 44 * 32)
      .toString('base64')
    older.splice(
      end,
      older.length,
      JSON.stringify({ ...tile, hashes }),
      ...lines().slice(lineOf(256), lineOf(300)),
    )
    expect((await verify(older, '--key', file('key'))).report).toMatchObject({
      ok: true,
      entries: 300,
      tree_size: 300,
    })
    const { report } = await verify(older, '--key', file('key'), '--checkpoint', file('latest'))
    expect(report.first_bad).toMatchObject({ index: 300, why: expect.stringMatching(/checkpoint of 700/) })
  })

  test('another key, a checkpoint of another log, and what is no bundle are refused with a reason', async () => {
    const stranger = parseSignerKey(generateSignerKey(TEST_ORIGIN))
    writeFileSync(file('stranger'), stranger.text)
    const foreign = await verify(lines(), '--key', file('stranger'))
    expect(foreign.report.first_bad?.why).toMatch(/not signed by the key/)
    expect((await firstBad((bundle) => bundle.splice(3, 1, 'garbage')))?.why).toMatch(
      /line 4 is not a JSON object/,
    )
    expect((await firstBad((bundle) => bundle.splice(3, 1, '{"what":1}')))?.why).toMatch(
      /line 4 is of no known kind/,
    )
    expect((await firstBad((bundle) => bundle.splice(3, 1, 'x'.repeat(2_000_000))))?.why).toMatch(
      /longer than/,
    )
    for (const none of ['', `${lines().slice(1).join('\n')}\n`]) {
      writeFileSync(file('none'), none)
      for (const run of [
        runVerifierAlone,
        (...args: string[]) => runAuditProcess('audit', 'verify', ...args),
      ]) {
        expect(await run('--bundle', file('none'))).toMatchObject({
          status: 2,
          stdout: '',
          stderr: expect.stringMatching(/is not an audit bundle/),
        })
      }
    }
    const missing = await runAuditProcess('audit', 'verify', '--bundle', file('nowhere'), '--json')
    expect(missing).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/There is no file/),
    })
  })
})

describe('C-14 K-34 a bundle of what matches', () => {
  test('ties the matching entries to the same root, and leaves the others out', async () => {
    const { text, status } = await exportTo('part', '--action', 'transfers.freeze_entity')
    expect(status).toBe(0)
    const values = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(values[0]).toMatchObject({ complete: false, filter: { action: 'transfers.freeze_entity' } })
    expect(values.flatMap((value) => (typeof value.index === 'number' ? [value.index] : []))).toEqual(MARKED)
    // The first tile holds nothing wanted: its root stands for it.
    expect(values[1]).toMatchObject({ subtree: { level: 8, index: 0 } })
    const { report } = await verify(text.trimEnd().split('\n'), '--key', file('key'))
    const whole = await verify(lines(), '--key', file('key'))
    expect(report).toEqual({ ...whole.report, entries: MARKED.length })

    const damaged = text.replace(/("level":8,"index":0,"hash":")./, '$1#')
    const bad = await verify(damaged.trimEnd().split('\n'), '--key', file('key'))
    expect(bad.report).toMatchObject({ ok: false, first_bad: { index: 0 } })
    const command = await runAuditProcess('audit', 'verify', '--bundle', file('part'), '--key', file('key'))
    expect(command.stderr).toMatch(/holds 11 of the log's 700/)
  })

  test('nothing that matches is still a proof of the tree', async () => {
    const { text } = await exportTo('none', '--actor', 'nobody')
    expect((await verify(text.trimEnd().split('\n'), '--key', file('key'))).report).toMatchObject({
      ok: true,
      entries: 0,
    })
  })

  test('unknown values are refused by name, and leave no file', async () => {
    const refused = await exportTo('refused', '--kind', 'gossip')
    expect(refused).toMatchObject({ status: 1, text: '', stderr: expect.stringMatching(/kind:.*/) })
    expect((await exportTo('refused', '--from', 'yesterday')).stderr).toMatch(/from:.*RFC 3339/)
    expect((await runAuditProcess('audit', 'export', '--out', file('refused'))).stderr).toMatch(
      /--database-url/,
    )
    expect(existsSync(file('refused'))).toBe(false)
  })
})

test('C-14 K-34 case 19: in CSV a formula is text and a newline forges no row; personal values are redacted', async () => {
  const { text } = await exportTo('csv', '--format', 'csv', '--action', 'transfers.freeze_entity')
  const rows = text.trimEnd().split('\r\n')
  expect(rows).toHaveLength(1 + MARKED.length)
  expect(rows[0]).toMatch(/^leaf_index,id,at,kind,/)
  expect(text).toContain('203.0.•.•')
  for (const value of ['203.0.113.7', 'HYPERLINK', 'X11']) expect(text).not.toContain(value)
  const document = await exportTo('json', '--format', 'json', '--action', 'transfers.freeze_entity')
  const parsed = JSON.parse(document.text) as { entries: { leaf_index: number }[]; checkpoint: string }
  expect(parsed.entries.map((entry) => entry.leaf_index)).toEqual(MARKED)
  expect(parsed.checkpoint).toBe((await log.witness.latest())?.note)
})

test('O-03 the newest checkpoint and the key are printed for a witness to keep', async () => {
  const { stdout, stderr } = await runAuditProcess(
    ...['audit', 'checkpoint', '--database-url', database.url('auditor'), '--key-out', file('printed-key')],
  )
  expect(stdout).toBe((await log.witness.latest())?.note)
  expect(readFileSync(file('printed-key'), 'utf8')).toBe(`${log.key.text}\n`)
  expect(stderr).toContain(`${file('printed-key')}\n`)
  const kept = await runAuditProcess(
    ...['audit', 'checkpoint', '--database-url', database.url('auditor')],
    ...['--out', file('printed'), '--key-out', file('kept-key')],
  )
  // Whoever ran it sees what there is now.
  expect(kept.stdout).toBe(`${file('printed')}\n${file('kept-key')}\n`)
  expect(readFileSync(file('printed'), 'utf8')).toBe(stdout)
})
