import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { REPOSITORY_ROOT } from '@countersign/tools/home/home.ts'
import { commandEnvironment } from './command-environment.ts'

/** Becomes one of the product's processes: its program reads `process.env` and ends at SIGTERM by itself. */
export async function runProcess(which: 'server' | 'worker'): Promise<void> {
  Object.assign(process.env, commandEnvironment(which, process.env))
  const program = which === 'server' ? 'main.ts' : 'worker.ts'
  await import(pathToFileURL(join(REPOSITORY_ROOT, 'apps', 'server', program)).href)
}
