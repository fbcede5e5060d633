import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ImportConsole, startImportConsole } from '@countersign/testkit/bank-file-servers.ts'
import { nachaFileBytes } from '@countersign/testkit/nacha-file.ts'
import { publishedData } from '@countersign/testkit/published-data.ts'
import {
  type SandboxProcess,
  sandboxAbsent,
  startSandboxProcess,
} from '@countersign/testkit/sandbox-process.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ImportServices, importFile } from './import-file.ts'

const ach = publishedData('D01_ach_dev')
const camt = publishedData('D02_iso20022_dev')
const mt940 = publishedData('D03_mt940_bai2')

/** Against the sandbox itself: what it takes, what it adds up, and what it makes of a file. */
describe.skipIf(sandboxAbsent)('import into the sandbox', () => {
  let directory: string
  let sandbox: SandboxProcess
  let server: ImportConsole
  let services: ImportServices

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'countersign-import-'))
    sandbox = await startSandboxProcess()
    const at = (name: string) => ({ url: `${sandbox.url}/${name}`, key: sandbox.key })
    server = await startImportConsole({ cts: at('cts'), recon: at('recon') })
    services = {
      server: async () => ({ name: 'The console', baseUrl: server.url, token: server.token }),
      upstream: async (name) => ({ name, baseUrl: at(name).url, token: sandbox.key }),
    }
  })

  afterAll(async () => {
    await server.stop()
    await sandbox.stop()
    rmSync(directory, { recursive: true })
  })

  test('T-11 entries become transfers and returns become items of their own, once', async () => {
    const { bytes } = nachaFileBytes({ entries: 2_300, returnEvery: 100, seed: 7 })
    const path = join(directory, 'bank.ach')
    writeFileSync(path, bytes)
    const report = await importFile(path, 'ach', services)
    expect(report).toMatchObject({ outcome: 'imported', entries: 2_300, returns: { R01: 23 }, errors: [] })
    const { transfers } = (await sandbox.get('/cts/transfers?state=return_received&rail=ach&limit=200')) as {
      transfers: {
        return: { code: string; original_trace: string; original_known: boolean }
        file_id?: string
      }[]
    }
    const [sha256] = [...server.requests.keys()].map((key) => key.slice('import-'.length))
    const ours = transfers.filter((transfer) => transfer.file_id === sha256)
    expect(ours).toHaveLength(23)
    expect(ours[0]?.return).toMatchObject({ code: 'R01', original_known: false })
    expect(await importFile(path, 'ach', services)).toMatchObject({ outcome: 'unchanged' })
  })

  test.skipIf(ach.absent)('T-11 every published Nacha file is taken', async () => {
    const names = Object.keys(JSON.parse(readFileSync(ach.file('EXPECTED.json'), 'utf8')))
    expect(names).toHaveLength(54)
    for (const name of names) {
      expect(await importFile(ach.file(name), 'ach', services), name).toMatchObject({
        outcome: 'imported',
        errors: [],
      })
    }
  })

  test.skipIf(camt.absent || mt940.absent)(
    'T-12 every published statement is taken, and Recon judges it as the import does',
    async () => {
      type Judged = { statements: { state: string; file_id?: string }[]; next_cursor?: string | null }
      const files = [
        ...readdirSync(camt.directory).map((name) => ['camt', camt.file(name)] as const),
        ...readdirSync(mt940.directory, { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.sta'))
          .map((name) => ['mt940', mt940.file(name)] as const),
      ]
      let imported = 0
      for (const [kind, path] of files) {
        const before = server.requests.size
        const report = await importFile(path, kind, services)
        if (report.outcome === 'refused') {
          // The file's own fault, not one that Recon found: nothing was requested.
          expect(server.requests.size, `${path}: ${report.errors[0]?.message}`).toBe(before)
          continue
        }
        imported += 1
        const sha256 = [...server.requests.keys()].at(-1)?.slice('import-'.length)
        const { statements } = (await sandbox.get('/recon/statements?limit=200')) as Judged
        const states = statements.filter((one) => one.file_id === sha256).map((one) => one.state)
        expect(states.length, path).toBeGreaterThan(0)
        expect(states.includes('quarantined'), path).toBe(report.outcome === 'quarantined')
      }
      expect(imported).toBe(18 + 29)
    },
  )
})
