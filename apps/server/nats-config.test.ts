import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ConfigurationError, printEffectiveConfig, readServerConfig, readWorkerConfig } from './config.ts'
import { natsSettings } from './nats-config.ts'

const directory = mkdtempSync(join(tmpdir(), 'countersign-nats-config-'))
afterAll(() => rmSync(directory, { recursive: true }))

const privateKey = () =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const database = 'postgres://countersign_app:hunter2hunter2@db.example:5432/countersign'
const server = {
  APP_DATABASE_URL: database,
  AUDITOR_DATABASE_URL: database,
  OIDC_ISSUER: 'https://id.example/',
  OIDC_CLIENT_ID: 'console',
  OIDC_CLIENT_SECRET: 'a-client-secret-of-some-length',
  TOKEN_JWKS_URL: 'https://id.example/jwks',
  SEALING_KEY: 'ab'.repeat(32),
  EVIDENCE_DIRECTORY: '/srv/evidence',
}
const worker = {
  DISPATCHER_DATABASE_URL: database,
  SEQUENCER_DATABASE_URL: database,
  SIGNER_DATABASE_URL: database,
  SEALING_KEY: 'ab'.repeat(32),
  WITNESS_DIRECTORY: '/srv/witness',
  EVIDENCE_DIRECTORY: '/srv/evidence',
  AUDIT_SIGNING_KEY: privateKey(),
}

function problemsOf(nats: Record<string, string>): readonly string[] {
  try {
    readServerConfig({ ...server, ...nats })
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
  return []
}

test('O-04 O-06 without NATS_URL there is no bus, and with it there is one', () => {
  expect(natsSettings(readServerConfig(server))).toBeUndefined()
  const url = 'nats://127.0.0.1:4222, nats://[::1]:4223'
  const config = readWorkerConfig({ ...worker, NATS_URL: url, NATS_STREAM_REPLICAS: '3' })
  expect(natsSettings(config)).toEqual({ servers: ['127.0.0.1:4222', '[::1]:4223'] })
  expect(config.NATS_STREAM_REPLICAS).toBe(3)
  expect(readWorkerConfig(worker).NATS_STREAM_REPLICAS).toBe(1)
})

test('O-04 who we are to NATS comes from a file too, in one way of three', () => {
  const file = join(directory, 'password')
  writeFileSync(file, 'a-good-secret\n')
  const nats = { NATS_URL: 'tls://bus.example' }
  const read = (more: Record<string, string>) =>
    natsSettings(readServerConfig({ ...server, ...nats, ...more }))
  expect(read({ NATS_USER: 'console', NATS_PASSWORD_FILE: file })).toEqual({
    servers: ['bus.example'],
    identity: { user: 'console', password: 'a-good-secret' },
    tls: {},
  })
  expect(read({ NATS_TOKEN: 'a-token' })?.identity).toEqual({ token: 'a-token' })
  const credentials = '-----BEGIN NATS USER JWT-----\na.b.c\n-----BEGIN USER NKEY SEED-----\nS\n'
  writeFileSync(file, credentials)
  expect(read({ NATS_CREDENTIALS_FILE: file })?.identity).toEqual({ credentials: credentials.trim() })
  expect(problemsOf({ ...nats, NATS_CREDENTIALS: 'nothing of the kind' })).toEqual([
    'NATS_CREDENTIALS must be the text of a NATS credentials file.',
  ])
  expect(problemsOf({ ...nats, NATS_USER: 'console', NATS_TOKEN: 'a-token' })).toEqual([
    'NATS_USER and NATS_PASSWORD belong together: set both or neither.',
    'NATS_USER and NATS_TOKEN are set; keep one.',
  ])
  expect(problemsOf({ NATS_TOKEN: 'a-token' })).toEqual(['NATS_URL is missing; NATS_TOKEN is set.'])
})

test.each([
  'http://bus.example',
  'bus.example:4222',
  'nats://',
  'nats://one:4222,tls://two:4222',
  'nats://user:secret@bus.example:4222',
  'nats://bus.example/path',
  'nats://one,,nats://two',
])('O-04 %s is no address of NATS', (url) => {
  expect(problemsOf({ NATS_URL: url })).toEqual([
    'NATS_URL must be URLs like nats://host:4222 or tls://host:4222 separated by commas, all of one kind, without a user.',
  ])
})

test('O-04 what is given for TLS is looked at, and belongs to a URL that says so', () => {
  const key = privateKey()
  expect(problemsOf({ NATS_URL: 'tls://bus.example', NATS_TLS_CA: 'no certificate' })).toEqual([
    'NATS_TLS_CA must be one certificate or more in PEM.',
  ])
  expect(problemsOf({ NATS_URL: 'tls://bus.example', NATS_TLS_KEY: key })).toEqual([
    'NATS_TLS_CERTIFICATE and NATS_TLS_KEY belong together: set both or neither.',
  ])
  expect(problemsOf({ NATS_URL: 'tls://bus.example', NATS_STREAM_REPLICAS: '7' })).toEqual([])
  expect(() => readWorkerConfig({ ...worker, NATS_URL: 'tls://b', NATS_STREAM_REPLICAS: '7' })).toThrow(
    'NATS_STREAM_REPLICAS must be a whole number from 1 to 5.',
  )
})

test('O-04 in production what upstreams tell does not travel in clear', () => {
  const production = { NODE_ENV: 'production', PUBLIC_URL: 'https://console.example' }
  expect(problemsOf({ ...production, NATS_URL: 'nats://bus.example' })).toEqual([
    'NATS_URL must begin with tls:// in production: what upstreams tell travels over it.',
  ])
  expect(problemsOf({ ...production, NATS_URL: 'tls://bus.example' })).toEqual([])
  expect(problemsOf({ ...production, NATS_URL: 'nats://127.0.0.1' })).toEqual([])
})

test('O-04 none of its secrets is printed, and no user of a URL that is refused', () => {
  const printed = printEffectiveConfig('server', {
    ...server,
    NATS_URL: 'nats://user:hunter2@one,nats://two',
    NATS_PASSWORD: 'hunter2',
    NATS_TOKEN: 'hunter2',
    NATS_CREDENTIALS: 'hunter2',
    NATS_TLS_KEY: 'hunter2',
  })
  expect(printed).toContain('NATS_URL=nats://(hidden)@one,nats://two')
  expect(printed).toContain('NATS_PASSWORD=(hidden)')
  expect(printed).not.toMatch(/NATS.*hunter2/)
})
