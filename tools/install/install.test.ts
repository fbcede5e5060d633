import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { REPOSITORY_ROOT } from '../home/home.ts'
import { processIdentity } from '../product/process-identity.mjs'

const WAIT_MS = 60_000
const LOOK_EVERY_MS = 20
const INSTALL_TEST_TIMEOUT_MS = 180_000

let root: string
const running = new Set<ChildProcess>()

/** A clone with one package of its own, from a file, and an install that can be held up. */
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'countersign-install-')))
  mkdirSync(join(root, 'piece'))
  write('piece/package.json', { name: 'piece', version: '1.0.0', main: 'piece.js' })
  writeFileSync(join(root, 'piece', 'piece.js'), 'module.exports = 1\n')
  npm('pack', './piece', '--silent')
  write('package.json', {
    name: 'clone',
    version: '1.0.0',
    type: 'module',
    scripts: { preinstall: 'node held-up.mjs' },
    dependencies: { piece: 'file:piece-1.0.0.tgz' },
  })
  writeFileSync(
    join(root, 'held-up.mjs'),
    `import { appendFileSync, existsSync } from 'node:fs'
    appendFileSync('npm.log', 'begun ' + process.pid + '\\n')
    while (existsSync('hold')) await new Promise((done) => setTimeout(done, 20))
    appendFileSync('npm.log', 'ended ' + process.pid + '\\n')\n`,
  )
  npm('install', '--package-lock-only', '--ignore-scripts', '--silent')
  const tools = ['bootstrap.mjs', 'reset.mjs', 'trace.mjs', 'install', 'product/process-identity.mjs']
  for (const path of [...tools, 'home/forget-home.mjs']) {
    cpSync(join(REPOSITORY_ROOT, 'tools', path), join(root, 'tools', path), { recursive: true })
  }
  writeFileSync(
    join(root, 'tools', 'begin.mjs'),
    `import { ensureInstalled } from './bootstrap.mjs'
    await ensureInstalled()
    const { default: piece } = await import('piece')
    console.log('ready ' + piece)\n`,
  )
})

afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  for (const pid of heldUp()) if (processIdentity(pid) !== undefined) process.kill(pid, 'SIGKILL')
  rmSync(root, { recursive: true, force: true })
})

function write(path: string, content: object): void {
  writeFileSync(join(root, path), JSON.stringify(content))
}

function npm(...args: string[]): void {
  execFileSync('npm', args, { cwd: root, stdio: 'ignore' })
}

function begin(
  script = 'begin.mjs',
  variables: Readonly<Record<string, string>> = {},
): {
  process: ChildProcess
  output: () => string
  ended: Promise<number | null>
} {
  const child = spawn(process.execPath, [join(root, 'tools', script)], {
    cwd: root,
    // What a registry cannot give must not come out of the cache of this machine.
    env: { ...process.env, npm_config_cache: join(root, 'cache'), COUNTERSIGN_HOME: '', ...variables },
  })
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const ended = new Promise<number | null>((done) => child.once('close', done))
  void ended.then(() => running.delete(child))
  return { process: child, output: () => output, ended }
}

const hold = () => writeFileSync(join(root, 'hold'), '')
const letGo = () => rmSync(join(root, 'hold'))
const npmLog = () =>
  existsSync(join(root, 'npm.log')) ? readFileSync(join(root, 'npm.log'), 'utf8').trim().split('\n') : []
/** Processes below npm, one for each install that has begun. */
const heldUp = () => npmLog().flatMap((line) => (line.startsWith('begun') ? [Number(line.slice(6))] : []))

async function until(what: string, look: () => boolean): Promise<void> {
  const deadline = Date.now() + WAIT_MS
  while (!look()) {
    if (Date.now() > deadline) throw new Error(`${what} did not happen`)
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS))
  }
}

test('O-01 O-14 Ctrl C ends the install with all it started, and the next start begins it anew', {
  timeout: INSTALL_TEST_TIMEOUT_MS,
}, async () => {
  hold()
  const first = begin()
  await until('the install', () => heldUp().length === 1)
  first.process.kill('SIGINT')
  expect(await first.ended).toBe(130)
  expect(heldUp().map(processIdentity)).toEqual([undefined])
  expect(first.output()).toContain('Stopped.')

  // As npm leaves a package whose archive it was unpacking.
  mkdirSync(join(root, 'node_modules', 'piece'), { recursive: true })
  cpSync(join(root, 'piece', 'package.json'), join(root, 'node_modules', 'piece', 'package.json'))
  letGo()
  const second = begin()
  expect(await second.ended).toBe(0)
  expect(second.output()).toContain('the last install was cut short')
  expect(second.output()).toContain('ready 1')

  const third = begin()
  await third.ended
  expect(third.output()).toBe('ready 1\n')
})

test('O-01 a package that asks for a later Node.js than is needed is installed, however strict this account’s npm is', {
  timeout: INSTALL_TEST_TIMEOUT_MS,
}, async () => {
  write('piece/package.json', {
    ...{ name: 'piece', version: '1.0.0', main: 'piece.js' },
    engines: { node: '>=999' },
  })
  npm('pack', './piece', '--silent')
  rmSync(join(root, 'package-lock.json'))
  npm('install', '--package-lock-only', '--ignore-scripts', '--silent')
  const strict = begin('begin.mjs', { npm_config_engine_strict: 'true' })
  expect([await strict.ended, strict.output()]).toEqual([0, expect.stringContaining('ready 1')])
})

test('O-14 two starts at once install one after the other, and only once', {
  timeout: INSTALL_TEST_TIMEOUT_MS,
}, async () => {
  hold()
  const first = begin()
  await until('the install', () => heldUp().length === 1)
  const second = begin()
  await until('the word', () => second.output().includes('waiting for it'))
  expect(second.output()).toContain(`process ${first.process.pid}`)
  letGo()
  expect([await first.ended, await second.ended]).toEqual([0, 0])
  expect(second.output()).toContain('ready 1')
  expect(npmLog().map((line) => line.split(' ')[0])).toEqual(['begun', 'ended'])
})

test('O-14 an npm whose start was killed is ended before another begins', {
  timeout: INSTALL_TEST_TIMEOUT_MS,
}, async () => {
  hold()
  const first = begin()
  await until('the install', () => heldUp().length === 1)
  first.process.kill('SIGKILL')
  await first.ended
  const second = begin()
  await until('the second install', () => heldUp().length === 2)
  expect(processIdentity(heldUp()[0] ?? 0)).toBeUndefined()
  letGo()
  expect(await second.ended).toBe(0)
  expect(npmLog().filter((line) => line.startsWith('ended'))).toHaveLength(1)
})

test('O-14 a package that has gone missing comes back', { timeout: INSTALL_TEST_TIMEOUT_MS }, async () => {
  expect(await begin().ended).toBe(0)
  rmSync(join(root, 'node_modules', 'piece'), { recursive: true })
  const again = begin()
  expect(await again.ended).toBe(0)
  expect(again.output()).toContain('piece is gone')
  expect(again.output()).toContain('ready 1')
})

test('O-14 reset deletes, and trace says what to do, with nothing installed and nothing to install', {
  timeout: INSTALL_TEST_TIMEOUT_MS,
}, async () => {
  const nothing = begin('reset.mjs')
  expect(await nothing.ended).toBe(0)
  expect(nothing.output()).toContain('Nothing to forget')

  const home = join(root, '.countersign')
  mkdirSync(join(home, 'secrets'), { recursive: true })
  writeFileSync(join(home, 'installation-id'), 'an-installation-of-a-test')
  writeFileSync(join(home, 'a-note-of-somebody'), '')
  const reset = begin('reset.mjs')
  expect(await reset.ended).toBe(0)
  expect(reset.output()).toContain(`Forgotten: ${home}`)
  expect(readdirSync(home)).toEqual(['a-note-of-somebody'])

  const trace = begin('trace.mjs')
  expect(await trace.ended).toBe(1)
  expect(trace.output()).toContain('npm test first')
  expect(existsSync(join(root, 'node_modules'))).toBe(false)
})

test('O-01 a failure is advised on as what it is: the registry is named only where the network failed', {
  timeout: INSTALL_TEST_TIMEOUT_MS,
}, async () => {
  writeFileSync(join(root, 'held-up.mjs'), 'throw new Error("this machine will not do")\n')
  const failed = begin()
  expect(await failed.ended).toBe(1)
  expect(failed.output()).toContain('this machine will not do')
  expect(failed.output()).not.toContain('registry')

  writeFileSync(join(root, 'held-up.mjs'), '')
  rmSync(join(root, 'piece-1.0.0.tgz'))
  rmSync(join(root, 'cache'), { recursive: true })
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
  const far = lock.replaceAll('file:piece-1.0.0.tgz', 'http://127.0.0.1:9/piece-1.0.0.tgz')
  writeFileSync(join(root, 'package-lock.json'), far)
  const manifest = readFileSync(join(root, 'package.json'), 'utf8')
  writeFileSync(
    join(root, 'package.json'),
    manifest.replace('file:piece-1.0.0.tgz', 'http://127.0.0.1:9/piece-1.0.0.tgz'),
  )
  writeFileSync(join(root, '.npmrc'), 'fetch-retries=0\n')
  const unreachable = begin()
  expect(await unreachable.ended).toBe(1)
  expect(unreachable.output()).toContain('Check that the npm registry can be reached')
})
