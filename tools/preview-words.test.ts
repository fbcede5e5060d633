import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { REPOSITORY_ROOT } from './home/home.ts'

/** A declaration's `preview`, up to the member behind it. */
const PREVIEW = /^ {2,4}preview[:(][\s\S]*?^ {2,4}\w+[:(]/gm

test('K-11 a preview is read by whoever approves too: it speaks of the person who asks, never of "you"', () => {
  const files = ['kernel', 'consoles'].flatMap((folder) =>
    readdirSync(join(REPOSITORY_ROOT, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => join(folder, file))
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.includes('node_modules')),
  )
  const previews = files.flatMap((file) =>
    [...readFileSync(join(REPOSITORY_ROOT, file), 'utf8').matchAll(PREVIEW)].map(([text]) => ({
      file,
      text,
    })),
  )
  expect(previews.length).toBeGreaterThan(20)
  expect(previews.filter(({ text }) => /\byou(rs?)?\b/i.test(text)).map(({ file }) => file)).toEqual([])
})
