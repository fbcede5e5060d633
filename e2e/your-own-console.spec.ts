import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createHmac, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { chmod, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import {
  copyRepository,
  followGuide,
  linkWorkspaces,
  readGuide,
} from '@countersign/testkit/followed-guide.ts'
import { freePort } from '@countersign/testkit/free-port.ts'
import { LISTENERS } from '@countersign/tools/home/ports.ts'
import { expect } from '@playwright/test'
import { test } from './console-test.ts'
import { signInAs } from './operator.ts'

const REPOSITORY = join(import.meta.dirname, '..')
/** What the guide says of ports; tests have others. */
const GUIDE_SERVICE_PORT = '8090'
const GUIDE_SECRET = 'a-secret-of-at-least-32-characters'
const START_TIMEOUT_MS = 120_000
const LOOK_EVERY_MS = 250
/** Two products run beside one another. */
const STORY_TIMEOUT_MS = 180_000

type Running = ChildProcessByStdio<null, Readable, null>

const running: Running[] = []
let directory: string
let clone: string
let address: string
let env: NodeJS.ProcessEnv

// Whoever has followed the guide in this very clone has that console here already, and works in it.
test.skip(existsSync(join(REPOSITORY, 'consoles', 'vouchers')), 'the console of the guide is here already')

test.beforeAll(async () => {
  test.setTimeout(2 * START_TIMEOUT_MS)
  directory = await mkdtemp(join('/var/tmp', 'countersign-own-console-'))
  await chmod(directory, 0o711)
  clone = join(directory, 'clone')
  const guide = readGuide(readFileSync(join(REPOSITORY, 'docs/guide/your-own-console.md'), 'utf8'))
  copyRepository(REPOSITORY, clone)
  followGuide(clone, guide)

  const ports = Object.fromEntries(
    await Promise.all(
      Object.values(LISTENERS).map(async ({ variable }) => [variable, String(await freePort())] as const),
    ),
  )
  const servicePort = String(await freePort())
  address = `http://127.0.0.1:${ports[LISTENERS.server.variable]}`
  env = { PATH: process.env.PATH, NODE_ENV: 'development', HOME: directory, ...ports }
  env.COUNTERSIGN_HOME = join(directory, 'home')

  const [install = '', service = '', start = ''] = guide.commands.map((command) =>
    command.replaceAll(GUIDE_SERVICE_PORT, servicePort),
  )
  // npm would ask the registry; of `npm install` the test does what it is here for.
  expect(install).toBe('npm install\nnpm run docs\nnpm run typecheck')
  linkWorkspaces(clone)
  const docs = run('npm run --silent docs', env)
  expect(await Promise.all([text(docs.stdout), once(docs, 'close')])).toEqual([expect.anything(), [0, null]])
  const typecheck = run('npm run --silent typecheck', env)
  expect(await Promise.all([text(typecheck.stdout), once(typecheck, 'close')])).toEqual(['', [0, null]])
  run(service, { ...env, PORT: servicePort, CONSOLE_URL: address })
  run(start, env)
  await expect
    .poll(() => reachable(`${address}/readyz`), { timeout: START_TIMEOUT_MS, intervals: [LOOK_EVERY_MS] })
    .toBe(true)
})

test.afterAll(async () => {
  for (const child of running) {
    if (child.exitCode !== null || child.pid === undefined) continue
    process.kill(-child.pid, 'SIGTERM')
    await once(child, 'close')
  }
  rmSync(directory, { recursive: true, force: true })
})

/** As typed at the root of the clone; in a process group of its own, so that all of it can be ended. */
function run(command: string, environment: NodeJS.ProcessEnv): Running {
  const child = spawn('sh', ['-c', command], {
    cwd: clone,
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.push(child)
  return child
}

/** Whether it is ready; nobody listens there yet while the product is being set up. */
async function reachable(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } }
    if (cause?.code === 'ECONNREFUSED') return false
    throw error
  }
}

test('K-38 without the address of its upstream nothing is started, and what to set is said in a sentence', async () => {
  const child = spawn(process.execPath, ['tools/start.mjs'], {
    cwd: clone,
    env: { ...env, COUNTERSIGN_HOME: join(directory, 'other') },
  })
  const said = await Promise.all([text(child.stderr), once(child, 'close')])
  expect(said).toEqual([
    'The console vouchers works on the upstream vouchers, which is not configured: set UPSTREAM_URL_VOUCHERS and UPSTREAM_KEY_VOUCHERS.\n',
    [1, null],
  ])
})

test('K-38 the console of the guide, built as written: a report is worked, and a voucher issued again by two people', async ({
  browser,
}) => {
  test.setTimeout(STORY_TIMEOUT_MS)
  const clerk = await signInAs(browser, 'vouchers/CLERK', { baseURL: address })
  const manager = await signInAs(browser, 'vouchers/MANAGER', { baseURL: address })

  await clerk.goto('/app/vouchers/reports')
  const queue = clerk.getByRole('grid', { name: 'Reported vouchers' })
  await expect(queue.getByText('vch_1002')).toBeVisible()
  await expect(queue.getByText('vch_1003')).toBeVisible()
  await queue.getByText('vch_1002').click()
  const open = clerk.getByRole('region', { name: 'Open record' })
  await expect(open.getByText('120.00')).toBeVisible()
  // The holder's name has not left the server.
  await expect(open.getByText('S. H••••').first()).toBeVisible()
  await open.getByRole('button', { name: 'Block' }).click()
  const block = clerk.getByRole('dialog', { name: 'Block' })
  await block.getByLabel('Reason').fill('stolen')
  await clerk.getByRole('option', { name: 'stolen' }).click()
  await block.getByRole('button', { name: 'Block' }).click()
  await expect(block.getByText('Carried out.', { exact: true })).toBeVisible()
  // The service said that it did it, and the item is done.
  await expect(clerk.getByRole('main').getByText('1 open')).toBeVisible()

  await clerk.goto('/app/entities/voucher/vch_1002?act=vouchers.reissue_voucher')
  const sheet = clerk.getByRole('dialog', { name: 'Issue again' })
  await sheet.getByLabel('Reason').fill('shown')
  await clerk.getByRole('option', { name: /shown who they are/ }).click()
  await sheet.getByRole('button', { name: 'Ask for approval' }).click()
  await expect(sheet.getByText(/It waits for 1 more approval/)).toBeVisible()

  await manager.goto('/app/approvals')
  await manager.getByRole('list', { name: 'Requests' }).getByRole('button').first().click()
  const request = manager.getByRole('article', { name: 'Issue again' })
  await expect(request.getByText('You sign')).toBeVisible()
  await expect(request.getByText('Nothing has changed')).toBeVisible()
  await manager.keyboard.press('Control+Enter')
  await expect(request.getByText('Done', { exact: true }).first()).toBeVisible()
  await expect(sheet.getByText('Carried out; approved by')).toBeVisible()

  await manager.goto('/app/entities/voucher/vch_1001?act=vouchers.reveal_voucher')
  const reveal = manager.getByRole('dialog', { name: 'Reveal' })
  await reveal.getByLabel('Field').selectOption('holder')
  await reveal.getByLabel('Reason').fill('speaking')
  await manager.getByRole('option', { name: /Speaking with this customer/ }).click()
  await reveal.getByRole('button', { name: /now/ }).click()
  await expect(manager.getByText('First Holder')).toBeVisible()

  await clerk.goto('/app/entities/voucher/vch_1001')
  await expect(clerk.getByText('F. H••••').first()).toBeVisible()
  await expect(clerk.getByText('First Holder')).toBeHidden()
  await clerk.goto('/app/entities/voucher/vch_1002')
  await expect(clerk.getByText('Issued again', { exact: true }).first()).toBeVisible()
  await expect(clerk.getByText('Issued again as another voucher').first()).toBeVisible()
})

const command = (...args: string[]) => {
  const child = spawn(process.execPath, [join('cli', 'countersign.mjs'), ...args], { cwd: clone, env })
  return text(child.stdout)
}
const token = async (persona: string) => (await command('dev', 'token', '--as', persona)).trim()

test('K-38 its own people run it: a manager answers its alert and its dead letter, a clerk gives and puts off work; refused, one is told who could', async () => {
  test.setTimeout(STORY_TIMEOUT_MS)
  const call = async (persona: string, path: string, body?: object) => {
    const answer = await fetch(`${address}${path}`, {
      headers: {
        authorization: `Bearer ${await token(persona)}`,
        ...(body ? { 'content-type': 'application/json', 'idempotency-key': randomUUID() } : {}),
      },
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
    })
    return { status: answer.status, body: await answer.json() }
  }
  const act = async (
    persona: string,
    action: string,
    target: object,
    reason: string,
    input = {},
  ): Promise<{ status: number; body: unknown }> => {
    const asked = { target, input, reason: { code: reason } }
    const { body: seen } = await call(persona, `/v1/actions/${action}/preview`, asked)
    const bound = { preview_digest: seen.preview_digest, expected_version: seen.target_version }
    return call(persona, `/v1/actions/${action}`, { ...asked, ...bound })
  }
  const said = JSON.stringify([{ id: 'evt_nothing', nonsense: true }])
  const t = Math.floor(Date.now() / 1000)
  const v1 = createHmac('sha256', GUIDE_SECRET).update(`${t}.${said}`).digest('hex')
  const sent = await fetch(`${address}/v1/ingest/vouchers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'countersign-signature': `t=${t},v1=${v1}` },
    body: said,
  })
  expect(await sent.json()).toMatchObject({ dead_lettered: 1 })

  const letters = async () =>
    (await call('vouchers/MANAGER', '/v1/dead-letters')).body.kinds as { id: string }[]
  await expect.poll(async () => (await letters()).length, { timeout: START_TIMEOUT_MS }).toBeGreaterThan(0)
  const alerts = async () =>
    ((await call('vouchers/MANAGER', '/v1/alerts')).body.alerts as { id: string; kind: string }[]).filter(
      ({ kind }) => kind === 'kernel.dead_letters',
    )
  await expect.poll(async () => (await alerts()).length, { timeout: START_TIMEOUT_MS }).toBeGreaterThan(0)
  const alert = { kind: 'alert', id: (await alerts())[0]?.id ?? '' }
  expect((await act('vouchers/CLERK', 'kernel.acknowledge_alert', alert, 'seen_to')).status).toBe(403)
  expect(await act('vouchers/MANAGER', 'kernel.acknowledge_alert', alert, 'seen_to')).toMatchObject({
    status: 200,
  })
  const letter = { kind: 'dead_letter', id: (await letters())[0]?.id ?? '' }
  const { body: shown } = await call('vouchers/CLERK', `/v1/entities/dead_letter/${letter.id}`)
  expect(shown.affordances).toContainEqual(
    expect.objectContaining({
      ...{ action: 'kernel.replay_dead_letter', allowed: false },
      reason: 'This needs the role vouchers/MANAGER.',
    }),
  )
  expect(await act('vouchers/MANAGER', 'kernel.replay_dead_letter', letter, 'try_again')).toMatchObject({
    status: 200,
  })

  const item = { kind: 'work_item', id: 'vouchers.reports:vch_1003' }
  const until = new Date(Date.now() + 3_600_000).toISOString()
  const { body: me } = await call('vouchers/CLERK', '/v1/me')
  expect(
    await act('vouchers/CLERK', 'kernel.assign_item', item, 'workload', { assignee: me.person.id }),
  ).toMatchObject({ status: 200 })
  expect(await act('vouchers/CLERK', 'kernel.snooze_item', item, 'waiting', { until })).toMatchObject({
    status: 200,
  })
})

test('K-38 it has the same catalogue, roles and proof as the product’s own consoles', async () => {
  const get = async (path: string, persona: string) => {
    const answer = await fetch(`${address}${path}`, {
      headers: { authorization: `Bearer ${await token(persona)}` },
    })
    return { status: answer.status, body: await answer.json() }
  }
  const actionsOf = async (persona: string) => {
    const { body } = await get('/v1/actions', persona)
    const listed = body.actions as { console: string; type: string; risk: string; moves_money: boolean }[]
    return listed
      .filter((action) => action.console === 'vouchers')
      .map(({ type, risk, moves_money }) => `${type} ${risk}${moves_money ? ' money' : ''}`)
      .toSorted()
  }
  const everybodys = ['vouchers.block_voucher medium', 'vouchers.reissue_voucher high money']
  expect(await actionsOf('vouchers/CLERK')).toEqual(everybodys)
  expect(await actionsOf('vouchers/MANAGER')).toEqual(
    [...everybodys, 'vouchers.erase_voucher high', 'vouchers.reveal_voucher medium'].toSorted(),
  )
  // Whoever has no role in it does not learn what there is.
  expect((await get('/v1/entities/voucher/vch_1001', 'transfers/OPS')).status).toBe(404)
  expect((await get('/v1/entities/voucher/vch_9999', 'transfers/OPS')).status).toBe(404)
  expect((await get('/v1/queues/vouchers.reports/items', 'transfers/OPS')).status).toBe(404)
  const found = await get('/v1/search?q=secnod%20holder', 'vouchers/CLERK')
  expect(JSON.stringify(found.body)).toContain('vch_1002')
  const url = (await command('dev', 'database-url', '--role', 'auditor')).trim()
  expect(JSON.parse(await command('audit', 'verify', '--database-url', url, '--json'))).toMatchObject({
    ok: true,
  })
})
