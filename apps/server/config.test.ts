import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ConfigurationError, printEffectiveConfig, readServerConfig, readWorkerConfig } from './config.ts'

const directory = mkdtempSync(join(tmpdir(), 'countersign-config-'))
afterAll(() => rmSync(directory, { recursive: true }))

const SEALING_KEY = randomBytes(32)
const complete = {
  APP_DATABASE_URL: 'postgres://countersign_app:hunter2hunter2@db.example:5432/countersign',
  AUDITOR_DATABASE_URL: 'postgres://countersign_auditor:pass@db.example:5432/countersign',
  OIDC_ISSUER: 'https://id.example/',
  OIDC_CLIENT_ID: 'console',
  OIDC_CLIENT_SECRET: 'a-client-secret-of-some-length',
  TOKEN_JWKS_URL: 'https://id.example/jwks',
  SEALING_KEY: SEALING_KEY.toString('base64'),
  EVIDENCE_DIRECTORY: '/srv/evidence',
}

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read()
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
  return []
}

describe('server configuration', () => {
  test('O-04 what is not set has its default, and values are parsed', () => {
    const config = readServerConfig({ ...complete, PORT: '9000', TRUST_PROXY: '10.0.0.0/8, ::1' })
    expect(config).toMatchObject({
      PORT: 9000,
      HOST: '127.0.0.1',
      OIDC_ISSUER: 'https://id.example',
      TRUST_PROXY: ['10.0.0.0/8', '::1'],
      RATE_LIMIT_PER_MINUTE: 1200,
    })
    expect(config.SEALING_KEY.equals(SEALING_KEY)).toBe(true)
    expect(readServerConfig(complete).TRUST_PROXY).toEqual([])
  })

  test('O-04 every problem is named at once, each by its variable', () => {
    const problems = problemsOf(() =>
      readServerConfig({
        PORT: '80a',
        NODE_ENV: 'prod',
        APP_DATABASE_URL: 'mysql://x/y',
        OIDC_ISSUER: 'id.example',
        OIDC_CLIENT_SECRET: 'short',
        SEALING_KEY: 'abcd',
        TRUST_PROXY: 'everyone',
        SESSION_IDLE_S: '90000',
      }),
    )
    const named = new Set(problems.map((problem) => problem.split(' ')[0]))
    expect([...named].sort()).toEqual([
      'APP_DATABASE_URL',
      'AUDITOR_DATABASE_URL',
      'EVIDENCE_DIRECTORY',
      'NODE_ENV',
      'OIDC_CLIENT_ID',
      'OIDC_CLIENT_SECRET',
      'OIDC_ISSUER',
      'PORT',
      'SEALING_KEY',
      'SESSION_IDLE_S',
      'TOKEN_JWKS_URL',
      'TRUST_PROXY',
    ])
    expect(problems).toContain('PORT must be a whole number from 1 to 65535.')
  })

  test('O-04 secrets come from files too, and an unreadable or empty one is named', () => {
    const file = join(directory, 'sealing-key')
    writeFileSync(file, `${SEALING_KEY.toString('hex')}\n`)
    const { SEALING_KEY: _, ...rest } = complete
    expect(readServerConfig({ ...rest, SEALING_KEY_FILE: file }).SEALING_KEY.equals(SEALING_KEY)).toBe(true)
    expect(problemsOf(() => readServerConfig({ ...rest, SEALING_KEY_FILE: '/nowhere/key' }))).toEqual([
      'SEALING_KEY_FILE names /nowhere/key, which cannot be read (ENOENT).',
    ])
    expect(problemsOf(() => readServerConfig({ ...complete, SEALING_KEY_FILE: file }))).toEqual([
      'SEALING_KEY and SEALING_KEY_FILE are both set; keep one.',
    ])
    const empty = join(directory, 'empty')
    writeFileSync(empty, '\n')
    expect(
      problemsOf(() =>
        readServerConfig({ ...complete, UPSTREAM_URL_CTS: 'http://c', UPSTREAM_KEY_CTS_FILE: empty }),
      ),
    ).toContain(`UPSTREAM_KEY_CTS_FILE names ${empty}, which is empty.`)
  })

  test('O-04 upstreams and webhook secrets are read by name, two secrets at a time', () => {
    const config = readServerConfig({
      ...complete,
      UPSTREAM_URL_CTS: 'http://127.0.0.1:8086/cts/',
      UPSTREAM_KEY_CTS: 'key',
      INGEST_SECRETS_CTS: 'new-secret-0123456789, old-secret-0123456789',
    })
    expect(config.upstreams).toEqual({ cts: { url: 'http://127.0.0.1:8086/cts', key: 'key' } })
    expect(config.ingestSecrets.cts).toEqual(['new-secret-0123456789', 'old-secret-0123456789'])
    const three = ['a', 'b', 'c'].map((letter) => letter.repeat(20)).join(',')
    expect(
      problemsOf(() =>
        readServerConfig({ ...complete, UPSTREAM_URL_CTS: 'http://c', INGEST_SECRETS_CTS: three }),
      ),
    ).toEqual([
      'INGEST_SECRETS_CTS must hold one secret, or two separated by a comma; it holds 3.',
      'UPSTREAM_KEY_CTS is missing; UPSTREAM_URL_CTS is set.',
    ])
  })

  test('O-04 C-15 two sources do not share a secret', () => {
    const shared = { INGEST_SECRETS_CTS: 'shared-secret-0123', INGEST_SECRETS_LEDGER: 'shared-secret-0123' }
    expect(problemsOf(() => readServerConfig({ ...complete, ...shared }))).toEqual([
      expect.stringMatching(/^INGEST_SECRETS_CTS and INGEST_SECRETS_LEDGER hold the same secret/),
    ])
  })

  test('O-04 K-46 the claims of a person are a list, and nothing else', () => {
    const read = (text?: string) => readServerConfig({ ...complete, OIDC_PERSON_CLAIMS: text })
    expect(read().OIDC_PERSON_CLAIMS.map(({ name }) => name)).toEqual([
      'auth_time',
      'amr',
      'sid',
      'name',
      'email',
    ])
    expect(read('idtyp=user').OIDC_PERSON_CLAIMS).toEqual([{ name: 'idtyp', value: 'user' }])
    expect(problemsOf(() => read('idtyp='))).toEqual([
      'OIDC_PERSON_CLAIMS must be names of claims separated by commas, each alone or as "claim=value".',
    ])
    const printed = printEffectiveConfig('server', complete)
    expect(printed).toContain('OIDC_PERSON_CLAIMS=auth_time,amr,sid,name,email (default)')
  })

  test('O-04 in production, sessions and sign-in do not travel in clear', () => {
    const plain = { ...complete, NODE_ENV: 'production', PUBLIC_URL: 'http://console.example' }
    expect(problemsOf(() => readServerConfig(plain))).toEqual([
      'PUBLIC_URL must be https in production: sessions and sign-in travel over it.',
    ])
    expect(problemsOf(() => readServerConfig({ ...plain, PUBLIC_URL: 'https://console.example' }))).toEqual(
      [],
    )
  })

  test('O-04 the effective configuration is printed with its secrets hidden', () => {
    const printed = printEffectiveConfig('server', {
      ...complete,
      UPSTREAM_URL_CTS: 'http://c',
      UPSTREAM_KEY_CTS: 'the-upstream-key',
      INGEST_SECRETS_CTS: 'the-ingest-secret-0123',
    })
    expect(printed).toContain('PORT=8084 (default)')
    expect(printed).toContain(
      'APP_DATABASE_URL=postgres://countersign_app:(hidden)@db.example:5432/countersign',
    )
    expect(printed).toContain('SEALING_KEY=(hidden)')
    expect(printed).toContain('TOKEN_PUBLIC_KEY (not set)')
    expect(printed).toContain('UPSTREAM_URL_CTS=http://c')
    for (const hidden of [
      'hunter2',
      complete.SEALING_KEY,
      'a-client-secret',
      'the-upstream-key',
      'the-ingest',
    ]) {
      expect(printed).not.toContain(hidden)
    }
  })
})

test('O-04 the worker needs its own roles and an Ed25519 key, and nothing of the server', () => {
  const pem = (type: 'ed25519' | 'x25519') => {
    const pair = type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('x25519')
    return pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  }
  const worker = {
    DISPATCHER_DATABASE_URL: complete.APP_DATABASE_URL,
    SEQUENCER_DATABASE_URL: complete.APP_DATABASE_URL,
    SIGNER_DATABASE_URL: complete.APP_DATABASE_URL,
    SEALING_KEY: complete.SEALING_KEY,
    EVIDENCE_DIRECTORY: complete.EVIDENCE_DIRECTORY,
    WITNESS_DIRECTORY: '/srv/witness',
  }
  const oneLine = pem('ed25519').replaceAll('\n', '\\n')
  expect(readWorkerConfig({ ...worker, AUDIT_SIGNING_KEY: oneLine }).AUDIT_SIGNING_KEY).toContain('\n')
  expect(problemsOf(() => readWorkerConfig({ ...worker, AUDIT_SIGNING_KEY: pem('x25519') }))).toEqual([
    'AUDIT_SIGNING_KEY must be an Ed25519 private key in PEM (PKCS #8).',
  ])
  expect(problemsOf(() => readWorkerConfig({ ...worker }))).toEqual([
    'AUDIT_SIGNING_KEY is missing (or AUDIT_SIGNING_KEY_FILE, naming a file that holds it).',
  ])
})

test('O-04 the worker names its log, and a name that no checkpoint can carry is refused', () => {
  const problems = problemsOf(() => readWorkerConfig({ AUDIT_ORIGIN: 'two words' }))
  expect(problems).toContain('AUDIT_ORIGIN must hold neither spaces nor "+".')
})

test('O-04 K-47 the ways by which alerts leave are configured whole or not at all, their secrets hidden', () => {
  const alerts = {
    SMTP_URL: 'smtp://robot:a-mail-password@mail.example:587',
    SMTP_FROM: 'alerts@platform.example',
    ALERT_WEBHOOK_URL: 'https://pager.example/alerts',
    ALERT_WEBHOOK_SECRETS: 'a-first-secret-of-some-length,a-second-secret-of-some-length',
    OUTGOING_PRIVATE_NETWORKS: '10.1.0.0/16, fd00::/8',
  }
  const about = (env: object) =>
    problemsOf(() => readWorkerConfig({ ...env })).filter((problem) => /SMTP|WEBHOOK|OUTGOING/.test(problem))
  expect(about(alerts)).toEqual([])
  expect(about({})).toEqual([])
  expect(about({ SMTP_URL: 'mail.example:25', ALERT_WEBHOOK_URL: alerts.ALERT_WEBHOOK_URL })).toEqual([
    'SMTP_URL must be a URL like smtp://user:password@host:587.',
    'SMTP_URL and SMTP_FROM belong together: set both or neither.',
    'ALERT_WEBHOOK_URL and ALERT_WEBHOOK_SECRETS belong together: set both or neither.',
  ])
  expect(about({ ...alerts, SMTP_FROM: 'me', OUTGOING_PRIVATE_NETWORKS: '10.0.0.0/99' })).toEqual([
    'SMTP_FROM must be an e-mail address.',
    'OUTGOING_PRIVATE_NETWORKS must be "none", or addresses and CIDR ranges separated by commas.',
  ])
  expect(about({ ...alerts, ALERT_WEBHOOK_SECRETS: 'short' })).toEqual([
    'ALERT_WEBHOOK_SECRETS holds a secret of fewer than 16 characters.',
  ])
  const printed = printEffectiveConfig('worker', alerts)
  expect(printed).not.toMatch(/a-mail-password|a-first-secret/)
  expect(printed).toContain('ALERT_WEBHOOK_URL=https://pager.example/alerts')
})
