import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from '@playwright/test'

/** Where systems put a Chromium that anyone may use. */
const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
const INSTALL_TIMEOUT_MS = 600_000
const VERSION_TIMEOUT_MS = 30_000
/** Another installation may hold apt's lock. */
const APT_LOCK_TIMEOUT_S = 120

export type Chromium =
  | { readonly path: string; readonly version: string }
  /** None could be had; what a person can do about it. */
  | { readonly path?: undefined; readonly remedy: string }

/**
 * A Chromium that starts: the one of `CHROMIUM_PATH`, one that is installed, else one installed now by the system's
 * package manager (as root) or by Playwright.
 */
export async function findChromium(
  env: NodeJS.ProcessEnv,
  report: (message: string) => void,
): Promise<Chromium> {
  const named = env.CHROMIUM_PATH
  if (named) {
    const version = await versionOf(named)
    if (version !== undefined) return { path: named, version }
    return {
      remedy: `CHROMIUM_PATH is ${named}, which does not start. Correct it, or unset it to have one found.`,
    }
  }
  for (const path of USUAL_PLACES) {
    const version = await versionOf(path)
    if (version !== undefined) return { path, version }
  }
  return (await byApt(report)) ?? (await byPlaywright(report)) ?? { remedy: remedy() }
}

async function byApt(report: (message: string) => void): Promise<Chromium | undefined> {
  if (process.getuid?.() !== 0 || !isExecutable('/usr/bin/apt-get')) return undefined
  report('Installing Chromium with apt-get …')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const wait = ['-o', `DPkg::Lock::Timeout=${APT_LOCK_TIMEOUT_S}`, '-qq']
  await run('apt-get', [...wait, 'update'], INSTALL_TIMEOUT_MS, env)
  await run(
    'apt-get',
    [...wait, 'install', '-y', '--no-install-recommends', 'chromium'],
    INSTALL_TIMEOUT_MS,
    env,
  )
  const version = await versionOf('/usr/bin/chromium')
  return version === undefined ? undefined : { path: '/usr/bin/chromium', version }
}

async function byPlaywright(report: (message: string) => void): Promise<Chromium | undefined> {
  const path = chromium.executablePath()
  if (!isExecutable(path)) {
    report('Installing Chromium with Playwright …')
    const cli = createRequire(import.meta.url).resolve('@playwright/test/cli')
    await run(process.execPath, [cli, 'install', 'chromium'], INSTALL_TIMEOUT_MS, process.env)
  }
  const version = await versionOf(path)
  return version === undefined ? undefined : { path, version }
}

function remedy(): string {
  const debian =
    'On Debian or Ubuntu: apt-get install chromium. Elsewhere: npx playwright install --with-deps chromium.'
  return `No Chromium starts here and none could be installed. ${debian} Or set CHROMIUM_PATH to one.`
}

async function versionOf(path: string): Promise<string | undefined> {
  if (!isExecutable(path)) return undefined
  const { code, output } = await run(path, ['--version'], VERSION_TIMEOUT_MS, process.env)
  return code === 0 ? output.trim() : undefined
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function run(
  program: string,
  args: readonly string[],
  timeout: number,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    execFile(program, args, { timeout, env }, (error, stdout) =>
      done({ code: error ? 1 : 0, output: stdout }),
    )
  })
}
