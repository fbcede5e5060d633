import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { natsServerForTests } from '@countersign/testkit/find-nats-server.ts'
import { freePort } from '@countersign/testkit/free-port.ts'
import { type NatsServer, startNatsServer } from '@countersign/testkit/nats-server-process.ts'
import { eventually } from '@countersign/testkit/product.ts'
import { afterEach, describe, expect, test } from 'vitest'
import { type NatsLink, type NatsSettings, openNatsLink } from './nats-link.ts'

const program = await natsServerForTests()
const servers: NatsServer[] = []
const opened: { readonly stop: AbortController; readonly link: NatsLink }[] = []

afterEach(async () => {
  for (const { stop } of opened) stop.abort()
  await Promise.all(opened.splice(0).map(({ link }) => link.closed))
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function server(configuration = ''): Promise<NatsServer> {
  const started = await startNatsServer(program.path ?? '', configuration)
  servers.push(started)
  return started
}

type Work = NonNullable<Parameters<typeof openNatsLink>[0]['work']>

function open(settings: NatsSettings, work?: Work) {
  const stop = new AbortController()
  const said: string[] = []
  const link = openNatsLink({
    settings,
    name: 'test',
    signal: stop.signal,
    report: ({ message }) => said.push(message),
    ...(work ? { work } : {}),
  })
  opened.push({ stop, link })
  return { stop, link, said }
}

const connected = (link: NatsLink) => eventually('a connection', async () => link.current() !== undefined)
const refused = (link: NatsLink) => eventually('a refusal', async () => link.lastProblem() ?? undefined)

describe.skipIf(program.path === undefined)(
  `the connection to NATS (${program.remedy ?? program.version})`,
  () => {
    test('K-29 O-06 what is said on one connection is heard on another', async () => {
      const { port } = await server()
      const heard: string[] = []
      const listener = open({ servers: [`127.0.0.1:${port}`] }, async (connection, signal) => {
        const subscription = connection.subscribe('a.subject')
        signal.addEventListener('abort', () => subscription.unsubscribe())
        await connection.flush()
        heard.push('listening')
        for await (const message of subscription) heard.push(message.string())
      })
      const speaker = open({ servers: [`127.0.0.1:${port}`] })
      await connected(speaker.link)
      await eventually('the listener', async () => heard.includes('listening'))
      expect(speaker.link.publish('a.subject', 'a word')).toBe(true)
      await eventually('the word', async () => heard.includes('a word'))
      expect([listener.link.lastProblem(), listener.said]).toEqual([null, []])
    })

    test('O-06 a process starts while NATS is away, outlives its SIGKILL, and does its work anew on each connection', async () => {
      const first = await server()
      await first.kill()
      let begun = 0
      let ended = 0
      const { link, said } = open({ servers: [`127.0.0.1:${first.port}`] }, async (_connection, signal) => {
        begun += 1
        await new Promise((done) => signal.addEventListener('abort', done))
        ended += 1
      })
      await refused(link)
      expect([link.current(), link.publish('a.subject', 'lost')]).toEqual([undefined, false])

      await first.start()
      await connected(link)
      expect([begun, ended, link.lastProblem()]).toEqual([1, 0, null])
      await first.kill()
      await eventually('the loss to be noticed', async () => link.current() === undefined && ended === 1)
      await first.start()
      await eventually('the work to begin again', async () => begun === 2)
      // Told once each time, not with every try.
      const away = 'NATS is away; it is tried again'
      const back = 'NATS is connected again'
      expect(said).toEqual([away, back, away, ...said.slice(3)])
      expect(said.at(-1)).toBe(back)
    })

    test('O-06 work that throws gives the connection up, and is tried again on the next', async () => {
      const { port } = await server()
      let tries = 0
      const { link } = open({ servers: [`127.0.0.1:${port}`] }, async () => {
        tries += 1
        if (tries === 1) throw new Error('there is no such stream')
      })
      expect(await refused(link)).toBe('there is no such stream')
      await eventually('the second try', async () => tries === 2)
      await connected(link)
    })

    test('O-06 of several servers the first that answers is taken', async () => {
      const { port } = await server()
      const { link } = open({ servers: [`127.0.0.1:${await freePort()}`, `127.0.0.1:${port}`] })
      await connected(link)
      expect(link.lastProblem()).toBeNull()
    })

    test('O-06 stopping ends the work and the connection, and so it does while NATS is away', async () => {
      const { port } = await server()
      const settings = { servers: [`127.0.0.1:${port}`] }
      const { link, stop } = open(settings)
      const away = open({ servers: [`127.0.0.1:${await freePort()}`] })
      await connected(link)
      await refused(away.link)
      stop.abort()
      away.stop.abort()
      await Promise.all([link.closed, away.link.closed])
      expect([link.current(), link.publish('a.subject', 'late')]).toEqual([undefined, false])
    })

    test('O-04 only who shows the right user or token is let in', async () => {
      const byUser = await server('authorization { user: "worker", password: "a-good-secret" }')
      const byToken = await server('authorization { token: "a-good-token" }')
      const at = ({ port }: NatsServer) => ({ servers: [`127.0.0.1:${port}`] })
      await connected(open({ ...at(byUser), identity: { user: 'worker', password: 'a-good-secret' } }).link)
      await connected(open({ ...at(byToken), identity: { token: 'a-good-token' } }).link)
      for (const settings of [
        at(byUser),
        { ...at(byUser), identity: { user: 'worker', password: 'another' } },
        { ...at(byToken), identity: { token: 'another' } },
      ]) {
        const { link } = open(settings)
        expect(await refused(link)).toMatch(/authorization/i)
        expect(link.current()).toBeUndefined()
      }
    })

    test.skipIf(!hasOpenssl())(
      'O-04 TLS: the server must show a certificate of the authority, and offer TLS at all',
      async () => {
        const directory = mkdtempSync(join(tmpdir(), 'countersign-nats-tls-'))
        try {
          const ca = makeCertificates(directory)
          const secured = await server(
            `tls { cert_file: "${join(directory, 'server.pem')}", key_file: "${join(directory, 'server.key')}" }`,
          )
          const plain = await server()
          await connected(open({ servers: [`localhost:${secured.port}`], tls: { ca } }).link)
          const unknown = open({ servers: [`localhost:${secured.port}`], tls: {} })
          expect(await refused(unknown.link)).toMatch(/certificate/i)
          const unsecured = open({ servers: [`localhost:${plain.port}`], tls: { ca } })
          expect(await refused(unsecured.link)).toMatch(/tls/i)
          expect([unknown.link.current(), unsecured.link.current()]).toEqual([undefined, undefined])
        } finally {
          rmSync(directory, { recursive: true })
        }
      },
    )
  },
)

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** An authority, and a certificate of it for `localhost` beside its key. @returns the authority's own */
function makeCertificates(directory: string): string {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'ignore' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-subj',
    '/CN=Test authority',
    '-days',
    '2',
  )
  openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost')
  writeFileSync(join(directory, 'names'), 'subjectAltName=DNS:localhost\n')
  const issue = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names', '-days', '2']
  openssl('x509', '-req', '-in', 'server.csr', ...issue, '-out', 'server.pem')
  return readFileSync(join(directory, 'ca.pem'), 'utf8')
}
