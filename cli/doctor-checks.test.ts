import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrationSources } from '@countersign/server/migrations.ts'
import { createTestDatabase, type TestDatabase } from '@countersign/testkit/test-database.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkInstallation, type Finding } from './doctor-checks.ts'

const witness = mkdtempSync(join(tmpdir(), 'countersign-witness-'))
let database: TestDatabase
let outside: Server
let environment: NodeJS.ProcessEnv

beforeAll(async () => {
  database = await createTestDatabase(migrationSources)
  outside = createServer((request, response) => {
    const issuer = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`
    const health = request.headers.authorization === 'Bearer the-upstream-key' ? 200 : 401
    response.statusCode = request.url === '/cts/health' ? health : 200
    response.end(JSON.stringify({ issuer }))
  })
  await new Promise<void>((done) => outside.listen(0, '127.0.0.1', done))
  const address = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`
  environment = {
    APP_DATABASE_URL: database.url('app'),
    AUDITOR_DATABASE_URL: database.url('auditor'),
    DISPATCHER_DATABASE_URL: database.url('dispatcher'),
    SEQUENCER_DATABASE_URL: database.url('sequencer'),
    SIGNER_DATABASE_URL: database.url('signer'),
    OIDC_ISSUER: address,
    OIDC_CLIENT_ID: 'console',
    OIDC_CLIENT_SECRET: 'a-client-secret-of-some-length',
    TOKEN_JWKS_URL: `${address}/jwks`,
    SEALING_KEY: randomBytes(32).toString('base64'),
    AUDIT_SIGNING_KEY: generateKeyPairSync('ed25519')
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
    WITNESS_DIRECTORY: witness,
    EVIDENCE_DIRECTORY: witness,
    UPSTREAM_URL_CTS: `${address}/cts`,
    UPSTREAM_KEY_CTS: 'the-upstream-key',
  }
})

afterAll(async () => {
  outside.closeAllConnections()
  outside.close()
  await database.drop()
  rmSync(witness, { recursive: true, force: true })
})

async function examine(changes: NodeJS.ProcessEnv = {}): Promise<Map<string, Finding>> {
  const findings = await checkInstallation({ ...environment, ...changes })
  return new Map(findings.map((finding) => [finding.what, finding]))
}

test('O-03 a sound installation has no failure, and doctor looked at every part of it', async () => {
  const findings = await examine()
  expect([...findings.values()].filter(({ verdict }) => verdict === 'failure')).toEqual([])
  expect([...findings.keys()]).toEqual([
    'configuration of the server',
    'configuration of the worker',
    'database as app',
    'migrations',
    'actions as declared',
    'clock against the database',
    'database as auditor',
    'database as dispatcher',
    'database as sequencer',
    'database as signer',
    'witness of the audit log',
    'store of evidence',
    'identity provider',
    'upstream cts',
  ])
})

test('K-32 doctor warns that database, signing key and witness share one host', async () => {
  const finding = (await examine()).get('witness of the audit log')
  expect(finding).toMatchObject({
    verdict: 'warning',
    detail: 'database, signing key and witness share this host',
  })
})

test('O-03 each thing that is wrong is a failure of its own, with what to do', async () => {
  const empty = await createTestDatabase([])
  const wrong = new URL(database.url('signer'))
  wrong.password = 'not-the-password'
  const findings = await examine({
    APP_DATABASE_URL: empty.url('app'),
    SIGNER_DATABASE_URL: wrong.href,
    OIDC_ISSUER: 'http://127.0.0.1:1',
    UPSTREAM_KEY_CTS: 'a-wrong-key',
    WITNESS_DIRECTORY: '/nowhere/witness',
    EVIDENCE_DIRECTORY: '/nowhere/evidence',
  })
  await empty.drop()
  const failures = [...findings.values()].filter(({ verdict }) => verdict === 'failure')
  expect(failures.map(({ what }) => what)).toEqual([
    'migrations',
    'database as signer',
    'witness of the audit log',
    'store of evidence',
    'identity provider',
    'upstream cts',
  ])
  expect(failures.every(({ remedy }) => remedy !== undefined)).toBe(true)
  expect(findings.get('migrations')?.remedy).toBe('Run countersign migrate.')
  expect(findings.get('upstream cts')?.detail).toMatch(/answers 401$/)
})

test('O-03 an action that is declared otherwise than the database knows it is a failure, by its name', async () => {
  const superuser = database.pool('superuser', { max: 1 })
  for (const [action, change] of [
    ['kernel.change_roster', `event_types = '{}'`],
    ['kernel.grant_role', 'least_required = 0'],
    ['kernel.silence_alert', 'erases = true'],
  ] as const) {
    const row = `FROM kernel.declared_action WHERE action = '${action}'`
    const { rows } = await superuser.query(`SELECT * ${row}`)
    await superuser.query(`UPDATE kernel.declared_action SET ${change} WHERE action = '${action}'`)
    const finding = (await examine()).get('actions as declared')
    await superuser.query(`DELETE ${row}`)
    const gone = (await examine()).get('actions as declared')
    await superuser.query(
      'INSERT INTO kernel.declared_action SELECT (jsonb_populate_record(NULL::kernel.declared_action, $1)).*',
      [rows[0]],
    )
    for (const found of [finding, gone])
      expect(found).toMatchObject({
        verdict: 'failure',
        detail: `known otherwise to the database: ${action}`,
        remedy: expect.stringMatching(/^Run countersign migrate\./),
      })
  }
  expect((await examine()).get('actions as declared')?.verdict).toBe('ok')
})

test('K-32 O-03 a login that may make objects of its own, as in a restored database, is a failure', async () => {
  const superuser = database.pool('superuser', { max: 1 })
  await superuser.query(`GRANT TEMPORARY ON DATABASE ${database.name} TO PUBLIC`)
  const failures = [...(await examine()).values()].filter(({ verdict }) => verdict === 'failure')
  await superuser.query(`REVOKE TEMPORARY ON DATABASE ${database.name} FROM PUBLIC`)
  expect(failures.map(({ what }) => what)).toEqual(
    ['app', 'auditor', 'dispatcher', 'sequencer', 'signer'].map((role) => `database as ${role}`),
  )
  expect(failures[0]).toMatchObject({
    detail: expect.stringMatching(/^countersign_app has TEMPORARY ON DATABASE/),
    remedy: expect.stringMatching(/^Run countersign migrate\..*REVOKE TEMPORARY/),
  })
})

test('K-33 O-03 what a login has set for itself is told, with what takes it back', async () => {
  const app = database.pool('app', { max: 1 })
  const own = `ALTER ROLE countersign_app IN DATABASE ${database.name}`
  await app.query(`${own} SET synchronous_commit = off`)
  const found = (await examine()).get('database as app')
  await app.query(`${own} RESET ALL`)
  expect(found).toMatchObject({
    verdict: 'warning',
    detail: 'settings that the login has for itself: synchronous_commit=off',
    remedy: expect.stringContaining(`${own} RESET ALL;`),
  })
  expect((await examine()).get('database as app')?.verdict).toBe('ok')
})

test('O-03 an incomplete configuration names every variable and does not hide the other checks', async () => {
  const findings = await examine({ SEALING_KEY: 'short', OIDC_CLIENT_ID: '' })
  const server = findings.get('configuration of the server')
  expect(server?.verdict).toBe('failure')
  expect(server?.detail).toContain('OIDC_CLIENT_ID is missing')
  expect(server?.detail).toContain('SEALING_KEY must be 32 bytes')
})
