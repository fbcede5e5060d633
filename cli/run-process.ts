import { commandEnvironment } from './command-environment.ts'

/** Becomes one of the product's processes: its program reads `process.env` and ends at SIGTERM by itself. */
export async function runProcess(which: 'server' | 'worker'): Promise<void> {
  Object.assign(process.env, commandEnvironment(which, process.env))
  await (which === 'server' ? import('@countersign/server/main.ts') : import('@countersign/server/worker.ts'))
}
