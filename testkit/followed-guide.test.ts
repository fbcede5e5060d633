import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { REPOSITORY_ROOT } from '@countersign/tools/home/home.ts'
import { expect, test } from 'vitest'
import { readGuide } from './followed-guide.ts'

test('K-38 a console of one’s own is one folder and a line in the two lists of consoles: the guide changes no file of the kernel', () => {
  const { files, edits } = readGuide(
    readFileSync(join(REPOSITORY_ROOT, 'docs', 'guide', 'your-own-console.md'), 'utf8'),
  )
  expect(files.size).toBeGreaterThan(10)
  expect([...files.keys()].filter((path) => !path.startsWith('consoles/vouchers/'))).toEqual([])
  expect([...edits.keys()].toSorted()).toEqual(['apps/server/installed-consoles.ts', 'apps/web/consoles.ts'])
})
