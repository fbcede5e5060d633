import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { freePort } from '@countersign/testkit/free-port.ts'
import { type Product, startProduct } from '@countersign/testkit/product.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

const START_TIMEOUT_MS = 60_000
const LOOK_EVERY_MS = 50

let product: Product
beforeAll(async () => {
  product = await startProduct({ worker: false })
}, START_TIMEOUT_MS)
afterAll(() => product.close())

type Command = { process: ChildProcess; output: () => string; ended: Promise<number | null> }

function countersign(args: readonly string[], env: NodeJS.ProcessEnv): Command {
  const program = fileURLToPath(new URL('./countersign.mjs', import.meta.url))
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const ended = new Promise<number | null>((done) => child.once('close', done))
  return { process: child, output: () => output, ended }
}

async function says(command: Command, text: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (!command.output().includes(text)) {
    if (command.process.exitCode !== null || Date.now() > deadline) {
      throw new Error(`"${text}" was not said:\n${command.output()}`)
    }
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS))
  }
}

test('O-03 serve runs the server by its own configuration, and ends in order at SIGTERM', {
  timeout: 2 * START_TIMEOUT_MS,
}, async () => {
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  const serve = countersign(['serve'], {
    ...product.serverEnvironment,
    PORT: String(port),
    PUBLIC_URL: address,
  })
  await says(serve, `Countersign serves ${address}`)
  const answer = await fetch(`${address}/readyz`)
  expect(await answer.json()).toMatchObject({ status: 'ready', database: 'ok' })
  serve.process.kill('SIGTERM')
  expect(await serve.ended).toBe(0)
})

test('O-03 worker runs the worker by its own configuration, and ends in order at SIGTERM', {
  timeout: 2 * START_TIMEOUT_MS,
}, async () => {
  const worker = countersign(['worker'], product.workerEnvironment)
  await says(worker, 'Countersign worker is at work')
  worker.process.kill('SIGTERM')
  expect(await worker.ended).toBe(0)
})

test('O-03 O-04 serve refuses an incomplete configuration, every variable named', async () => {
  const { SEALING_KEY: _, ...incomplete } = product.serverEnvironment
  const serve = countersign(['serve'], { ...incomplete, OIDC_ISSUER: 'nowhere', NODE_ENV: 'production' })
  expect(await serve.ended).toBe(1)
  expect(serve.output()).toContain('SEALING_KEY is missing')
  expect(serve.output()).toContain('OIDC_ISSUER must be an http or https URL')
})
