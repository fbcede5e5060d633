import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { programArguments } from '@countersign/tools/programs/programs.mjs'

export type ProcessResult = {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the audit commands in a process of their own. */
export function runAuditProcess(...args: string[]): Promise<ProcessResult> {
  return collect([...programArguments('cli/audit-alone.ts'), ...args])
}

/** Runs the stand-alone verifier, with nothing but Node. */
export function runVerifierAlone(...args: string[]): Promise<ProcessResult> {
  return collect([fileURLToPath(new URL('../kernel/audit/verify-log.mjs', import.meta.url)), ...args])
}

function collect(args: string[]): Promise<ProcessResult> {
  const child = spawn(process.execPath, args, {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (status) => done({ status, stdout, stderr }))
  })
}
