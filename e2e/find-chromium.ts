import { createRequire } from 'node:module'
import {
  installByApt,
  isExecutable,
  mayInstallByApt,
  runProgram,
  versionOf,
} from '@countersign/tools/install/installed-program.ts'
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
    const version = await versionOf(named, VERSION_TIMEOUT_MS)
    if (version !== undefined) return { path: named, version }
    return {
      remedy: `CHROMIUM_PATH is ${named}, which does not start. Correct it, or unset it to have one found.`,
    }
  }
  for (const path of USUAL_PLACES) {
    const version = await versionOf(path, VERSION_TIMEOUT_MS)
    if (version !== undefined) return { path, version }
  }
  return (await byApt(report)) ?? (await byPlaywright(report)) ?? { remedy: remedy() }
}

async function byApt(report: (message: string) => void): Promise<Chromium | undefined> {
  if (!mayInstallByApt()) return undefined
  report('Installing Chromium with apt-get …')
  await installByApt('chromium', INSTALL_TIMEOUT_MS)
  const version = await versionOf('/usr/bin/chromium', VERSION_TIMEOUT_MS)
  return version === undefined ? undefined : { path: '/usr/bin/chromium', version }
}

async function byPlaywright(report: (message: string) => void): Promise<Chromium | undefined> {
  const path = chromium.executablePath()
  if (!isExecutable(path)) {
    report('Installing Chromium with Playwright …')
    const cli = createRequire(import.meta.url).resolve('@playwright/test/cli')
    await runProgram(process.execPath, [cli, 'install', 'chromium'], INSTALL_TIMEOUT_MS, process.env)
  }
  const version = await versionOf(path, VERSION_TIMEOUT_MS)
  return version === undefined ? undefined : { path, version }
}

function remedy(): string {
  const debian =
    'On Debian or Ubuntu: apt-get install chromium. Elsewhere: npx playwright install --with-deps chromium.'
  return `No Chromium starts here and none could be installed. ${debian} Or set CHROMIUM_PATH to one.`
}
