import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { type CosignerKey, parseCosignerKey } from '@countersign/kernel/audit/cosignature.ts'
import { programArguments } from '@countersign/tools/programs/programs.mjs'

export type WitnessProcess = {
  readonly url: string
  readonly key: CosignerKey
  readonly stop: () => Promise<void>
}

/** A witness over HTTP (C2SP tlog-witness) in a process of its own, which knows the logs of these keys. */
export async function spawnWitness(name: string, logKeys: readonly string[]): Promise<WitnessProcess> {
  const child = spawn(
    process.execPath,
    [...programArguments('testkit/reference-witness.ts'), name, ...logKeys],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env.PATH } },
  )
  const ended = once(child, 'close')
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    ended.then(() => Promise.reject(new Error('the witness ended before it was ready'))),
  ])) as [string]
  const { url, key } = JSON.parse(line) as { url: string; key: string }
  return {
    url,
    key: parseCosignerKey(key),
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
