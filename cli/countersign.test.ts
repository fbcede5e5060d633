import { execFile } from 'node:child_process'
import { createHmac, createPublicKey, randomBytes, verify } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@countersign/testkit/free-port.ts'
import { openHome } from '@countersign/tools/home/home.ts'
import { ensureSecrets } from '@countersign/tools/home/secrets.ts'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterAll, expect, test } from 'vitest'

const directory = mkdtempSync(join(tmpdir(), 'countersign-cli-'))
// Open to pass through, or as root PostgreSQL's part would be put elsewhere and stay there.
chmodSync(directory, 0o711)
afterAll(() => rmSync(directory, { recursive: true }))
const home = openHome({ COUNTERSIGN_HOME: directory })
const secrets = ensureSecrets(home.secrets)
writeFileSync(join(home.postgres, 'superuser-password'), 'the-superuser-password')
const keySet = JSON.parse(secrets.issuerKeys) as JSONWebKeySet
const publicKeys = createLocalJWKSet({
  keys: keySet.keys.map(({ d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...published }) => published),
})

type Run = { code: number; stdout: string; stderr: string }

function countersign(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  const program = fileURLToPath(new URL('./countersign.mjs', import.meta.url))
  return new Promise((done) => {
    execFile(
      process.execPath,
      [program, ...args],
      { env: { PATH: process.env.PATH, COUNTERSIGN_HOME: directory, ...env } },
      (error, stdout, stderr) => done({ code: Number(error?.code ?? 0), stdout, stderr }),
    )
  })
}

test('O-14 C-25 dev token prints a bearer token of the persona, an hour long, that the issuer’s keys verify', async () => {
  const { stdout, code } = await countersign(['dev', 'token', '--as', 'treasury/pay_admin-2'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  const { payload, protectedHeader } = await jwtVerify(stdout.trim(), publicKeys, {
    issuer: 'http://127.0.0.1:8085',
    audience: 'countersign',
  })
  expect(protectedHeader.alg).toBe('RS256')
  expect(payload).toMatchObject({
    sub: 'treasury-pay_admin-2',
    roles: ['treasury/pay_admin'],
    email: 'rafael.mendes@example.test',
    lang: 'en',
  })
  expect(Number(payload.exp) - Number(payload.iat)).toBe(3600)
  expect(payload.nbf).toBe(payload.iat)
})

test('C-25 claims and header members are altered one by one, to see a token refused', async () => {
  const { stdout } = await countersign([
    ...['dev', 'token', '--as', 'transfers/OPS', '--expires-in', '-60'],
    ...['--claim', 'aud="another"', '--claim', 'roles=["platform/MERCHANT"]', '--claim', 'iss=plain text'],
    ...['--claim', 'nbf=null', '--header', 'kid=unknown'],
  ])
  const claims = decodeJwt(stdout.trim())
  expect(claims).toMatchObject({ aud: 'another', iss: 'plain text', roles: ['platform/MERCHANT'] })
  expect(claims).not.toHaveProperty('nbf')
  expect(Number(claims.exp) - Number(claims.iat)).toBe(-60)
  expect(decodeProtectedHeader(stdout.trim()).kid).toBe('unknown')
})

test('C-25 the forgeries that a verifier must refuse can be made: unsigned, HS256 with the public key', async () => {
  const unsigned = await countersign(['dev', 'token', '--as', 'transfers/OPS', '--header', 'alg=none'])
  expect(unsigned.stdout.trim().split('.')[2]).toBe('')

  const confused = await countersign(['dev', 'token', '--as', 'transfers/OPS', '--header', 'alg=HS256'])
  const [header, payload, signature] = confused.stdout.trim().split('.')
  const rsa = keySet.keys.find(({ alg }) => alg === 'RS256') ?? {}
  const pem = createPublicKey({ key: rsa, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  expect(signature).toBe(createHmac('sha256', pem).update(`${header}.${payload}`).digest('base64url'))

  const elliptic = await countersign(['dev', 'token', '--as', 'transfers/OPS', '--header', 'alg=ES256'])
  const parts = elliptic.stdout.trim().split('.')
  const ec = keySet.keys.find(({ alg }) => alg === 'ES256') ?? {}
  const key = createPublicKey({ key: ec, format: 'jwk' })
  const input = Buffer.from(`${parts[0]}.${parts[1]}`)
  const raw = Buffer.from(parts[2] ?? '', 'base64url')
  expect(verify('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, raw)).toBe(true)

  const invented = await countersign(['dev', 'token', '--as', 'transfers/OPS', '--header', 'alg=RS1'])
  expect(invented.code).toBe(1)
  expect(invented.stderr).toContain('RS256, ES256, HS256 or none')
})

test('C-25 dev database-url names the role asked for, and refuses one that does not exist', async () => {
  const roles: Record<string, string> = {
    owner: `countersign_migrator:${secrets.migratorPassword}`,
    app: `countersign_app:${secrets.appPassword}`,
    dispatcher: `countersign_dispatcher:${secrets.dispatcherPassword}`,
    sequencer: `countersign_sequencer:${secrets.sequencerPassword}`,
    auditor: `countersign_auditor:${secrets.auditorPassword}`,
    superuser: 'postgres:the-superuser-password',
  }
  for (const [role, login] of Object.entries(roles)) {
    const { stdout } = await countersign(['dev', 'database-url', '--role', role])
    expect(stdout).toBe(`postgres://${login}@127.0.0.1:8087/countersign\n`)
  }
  const moved = await countersign(['dev', 'database-url'], { COUNTERSIGN_POSTGRES_PORT: '9999' })
  expect(moved.stdout).toContain('@127.0.0.1:9999/')
  const unknown = await countersign(['dev', 'database-url', '--role', 'root'])
  expect(unknown.code).toBe(2)
  expect(unknown.stderr).toContain('owner, app, dispatcher')
})

test('C-25 both dev commands are refused in production', async () => {
  for (const args of [
    ['dev', 'token', '--as', 'transfers/OPS'],
    ['dev', 'database-url'],
  ]) {
    const { code, stdout, stderr } = await countersign(args, { NODE_ENV: 'production' })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('NODE_ENV=production')
  }
})

test('C-25 an unknown persona is answered with the list of those there are; a bad option says what it must be', async () => {
  const unknown = await countersign(['dev', 'token', '--as', 'transfers/ROOT'])
  expect(unknown.code).toBe(1)
  expect(unknown.stderr).toContain('transfers/COMPLIANCE-2')
  const claim = await countersign(['dev', 'token', '--as', 'transfers/OPS', '--claim', 'roles'])
  expect(claim.stderr).toContain('name=json')
  const time = await countersign(['dev', 'token', '--as', 'transfers/OPS', '--expires-in', 'soon'])
  expect(time.stderr).toContain('whole number of seconds')
})

test('O-03 without an installation a command says how to make one', async () => {
  const { code, stderr } = await countersign(['dev', 'token', '--as', 'transfers/OPS'], {
    COUNTERSIGN_HOME: join(directory, 'elsewhere'),
  })
  expect(code).toBe(1)
  expect(stderr).toContain('Run npm start first')
})

test('O-03 a configuration that is incomplete is refused, its variables named', async () => {
  const { code, stderr } = await countersign(['migrate'], { NODE_ENV: 'production' })
  expect(code).toBe(1)
  expect(stderr).toContain('DATABASE_URL is missing')
})

test('C-25 --version prints the version; --help says what the exit status means', async () => {
  expect(await countersign(['--version'])).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' })
  expect((await countersign(['--help'])).stdout).toContain('Exit status: 0 done; 1')
})

test('O-03 while nothing runs, each command says where nothing answers and how to start it, and exits with 2', async () => {
  const port = String(await freePort())
  const nowhere = `http://127.0.0.1:${port}`
  const database = { COUNTERSIGN_POSTGRES_PORT: port }
  for (const args of [
    ['audit', 'verify'],
    ['audit', 'export', '--out', join(directory, 'log')],
    ['audit', 'checkpoint'],
  ]) {
    const { code, stderr } = await countersign(args, database)
    expect(code, args.join(' ')).toBe(2)
    expect(stderr).toContain(
      `Nothing answers at 127.0.0.1:${port} (PostgreSQL). Start the product with npm start`,
    )
  }
  const file = join(directory, 'a.ach')
  writeFileSync(file, 'anything')
  const imported = await countersign(['import', 'ach', file], { UPSTREAM_URL_CTS: nowhere })
  expect(imported.code).toBe(2)
  expect(imported.stderr).toBe(
    `Nothing answers at ${nowhere}. Start the product with npm start (or set UPSTREAM_URL_CTS). Nothing was sent.\n`,
  )
})

test('K-33 C-25 what is no bundle, no key or not there is not called an altered log', async () => {
  const file = (name: string, content: string | Buffer) => {
    const path = join(directory, name)
    writeFileSync(path, content)
    return path
  }
  const verify = (...args: string[]) => countersign(['audit', 'verify', ...args])
  const bundle = JSON.stringify({ format: 'countersign-audit-bundle', version: 1, key: 'k', checkpoint: 'c' })
  const cases: [string[], string][] = [
    [['--bundle', file('empty', '')], 'is not an audit bundle: the file is empty'],
    [['--bundle', file('text', 'hello\n')], 'is not an audit bundle: line 1 is not a JSON object'],
    [['--bundle', file('other', '{"format":"zip"}\n')], 'is not an audit bundle'],
    [['--bundle', file('bytes', randomBytes(300_000))], 'is not an audit bundle'],
    [['--bundle', join(directory, 'missing')], 'There is no file'],
    [['--bundle', directory], 'a directory was given'],
    [['--bundle', file('bundle', bundle), '--key', file('key', 'hello')], '--key: this is not a key'],
    [['--bundle', file('bundle', bundle), '--key', join(directory, 'missing')], 'There is no file'],
    [
      ['--bundle', file('bundle', bundle), '--checkpoint', file('note', 'hello')],
      '--checkpoint: this is not a checkpoint',
    ],
  ]
  for (const [args, why] of cases) {
    const { code, stdout, stderr } = await verify(...args)
    expect({ why, code, stdout, stderr }).toEqual({
      why,
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(why),
    })
  }
  // A bundle whose own words cannot be trusted is another matter.
  expect(await verify('--bundle', file('bundle', bundle))).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('NOT AS SIGNED'),
  })
})

test('O-03 a command line that is wrong is nothing tried: it exits with 2 and says why, where help was asked for too', async () => {
  for (const args of [['deadletters'], ['deadletters', '--help'], ['audit', 'nothing', '-h']]) {
    const { code, stderr } = await countersign(args)
    expect(code).toBe(2)
    expect(stderr).toContain(`unknown command '${args.filter((arg) => !arg.startsWith('-')).at(-1)}'`)
  }
  for (const args of [[], ['--nothing'], ['audit', 'verify', '--nothing'], ['dev', 'token']]) {
    expect((await countersign(args)).code, args.join(' ')).toBe(2)
  }
  const known = await countersign(['audit', 'verify', '--help'])
  expect(known).toMatchObject({ code: 0, stdout: expect.stringContaining('--bundle') })
})

test('T-11 a file to import that is not there is nothing that was refused: nothing was sent, and the status is 2', async () => {
  const { code, stderr, stdout } = await countersign(['import', 'ach', '/nowhere/at/all.ach'])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toBe('There is no file /nowhere/at/all.ach. Nothing was sent.\n')
})
