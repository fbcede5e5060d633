import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { findChromium } from './find-chromium.ts'

const directory = mkdtempSync(join(tmpdir(), 'countersign-chromium-'))
afterAll(() => rmSync(directory, { recursive: true }))
const nothing = () => undefined

test('O-01 CHROMIUM_PATH is taken where it names one that starts', async () => {
  const path = join(directory, 'chromium')
  writeFileSync(path, '#!/bin/sh\necho Chromium 1.2.3\n')
  chmodSync(path, 0o755)
  expect(await findChromium({ CHROMIUM_PATH: path }, nothing)).toEqual({ path, version: 'Chromium 1.2.3' })
})

test('O-01 a CHROMIUM_PATH that does not start is said, with what to do, and no other is taken in its place', async () => {
  const broken = join(directory, 'broken')
  writeFileSync(broken, '#!/bin/sh\nexit 1\n')
  chmodSync(broken, 0o755)
  for (const path of [join(directory, 'missing'), broken]) {
    const found = await findChromium({ CHROMIUM_PATH: path }, nothing)
    expect(found).toEqual({
      remedy: `CHROMIUM_PATH is ${path}, which does not start. Correct it, or unset it to have one found.`,
    })
  }
})
