import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { findNatsServer, natsServerForTests } from './find-nats-server.ts'

const directory = mkdtempSync(join(tmpdir(), 'countersign-nats-server-'))
afterAll(() => rmSync(directory, { recursive: true }))
const nothing = async () => undefined

function program(name: string, script: string): string {
  const path = join(directory, name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

test('O-06 NATS_SERVER_PATH is taken where it names one that starts', async () => {
  const path = program('theirs', 'echo nats-server: v1.2.3')
  const found = await findNatsServer({ NATS_SERVER_PATH: path }, nothing)
  expect(found).toEqual({ path, version: 'nats-server: v1.2.3' })
})

test('O-06 a NATS_SERVER_PATH that does not start is said, with what to do, and no other is taken in its place', async () => {
  const broken = program('broken', 'exit 1')
  for (const path of [join(directory, 'missing'), broken]) {
    const remedy = `NATS_SERVER_PATH is ${path}, which does not start. Correct it, or unset it to have one found.`
    expect(await findNatsServer({ NATS_SERVER_PATH: path }, nothing)).toEqual({ remedy })
    await expect(natsServerForTests({ NATS_SERVER_PATH: path, CI: 'true' })).rejects.toThrow(remedy)
  }
})

test('O-06 one on the PATH is taken, and nothing is installed', async () => {
  const path = program('nats-server', 'echo nats-server: v2')
  let installed = false
  const install = async () => {
    installed = true
  }
  expect(await findNatsServer({ PATH: `/nowhere:${directory}` }, install)).toEqual({
    path,
    version: 'nats-server: v2',
  })
  expect(installed).toBe(false)
})
