import { expect, test } from 'vitest'
import { configFromEnvironment } from './config.ts'

const SECRETS = {
  cts: 'secret-of-cts',
  ledger: 'secret-of-the-ledger',
  recon: 'secret-of-recon',
  compliance: 'secret-of-compliance',
}
const COMPLETE = {
  SANDBOX_DATABASE_URL: 'postgres://sandbox:secret@127.0.0.1:8087/sandbox',
  SANDBOX_API_KEY: 'key-of-the-sandbox',
  SANDBOX_WEBHOOK_URL: 'http://127.0.0.1:8084/v1/ingest',
  SANDBOX_WEBHOOK_SECRET_CTS: SECRETS.cts,
  SANDBOX_WEBHOOK_SECRET_LEDGER: SECRETS.ledger,
  SANDBOX_WEBHOOK_SECRET_RECON: SECRETS.recon,
  SANDBOX_WEBHOOK_SECRET_COMPLIANCE: SECRETS.compliance,
}

test('K-37 the environment configures it; port, seed and trickle have defaults', () => {
  expect(configFromEnvironment(COMPLETE)).toEqual({
    databaseUrl: COMPLETE.SANDBOX_DATABASE_URL,
    port: 8086,
    apiKey: 'key-of-the-sandbox',
    webhook: { url: 'http://127.0.0.1:8084/v1/ingest', secrets: SECRETS },
    seed: 'countersign',
    trickle: true,
    transactions: 5_000,
  })
  const given = {
    ...COMPLETE,
    SANDBOX_WEBHOOK_URL: '',
    SANDBOX_TRICKLE: 'off',
    SANDBOX_PORT: '0',
    SANDBOX_SEED: '7',
    SANDBOX_SETTLEMENTS: 'off',
    SANDBOX_TRANSACTIONS: '1000000',
  }
  expect(configFromEnvironment(given)).toMatchObject({
    webhook: undefined,
    trickle: false,
    port: 0,
    seed: '7',
    settlements: false,
    transactions: 1_000_000,
  })
})

test('K-37 an upstream of the platform console signs where it has a secret', () => {
  const given = {
    ...COMPLETE,
    SANDBOX_WEBHOOK_SECRET_MERCHANTS: 'secret-of-merchants',
    SANDBOX_WEBHOOK_SECRET_EDGE: 'secret-of-the-edge',
  }
  expect(configFromEnvironment(given).webhook?.secrets).toEqual({
    ...SECRETS,
    merchants: 'secret-of-merchants',
    edge: 'secret-of-the-edge',
  })
})

test('K-37 every variable that is wrong is named at once', () => {
  const wrong = {
    SANDBOX_DATABASE_URL: 'mysql://x',
    SANDBOX_API_KEY: 'short',
    SANDBOX_WEBHOOK_URL: 'http://127.0.0.1:8084/v1/ingest',
    SANDBOX_PORT: '70000',
    SANDBOX_TRICKLE: 'maybe',
  }
  const said = () => configFromEnvironment(wrong)
  for (const name of ['SANDBOX_DATABASE_URL', 'SANDBOX_API_KEY', 'SANDBOX_PORT', 'SANDBOX_TRICKLE']) {
    expect(said).toThrow(name)
  }
  expect(() => configFromEnvironment({ ...COMPLETE, SANDBOX_WEBHOOK_SECRET_RECON: '' })).toThrow(
    'SANDBOX_WEBHOOK_SECRET_RECON',
  )
})
