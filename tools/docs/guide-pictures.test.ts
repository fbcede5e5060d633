import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const IMAGES = join(ROOT, 'docs', 'guide', 'images')

test('X-14 the guide shows the pictures that the browser tests make, and those alone', () => {
  const guides = readdirSync(join(ROOT, 'docs', 'guide')).filter((name) => name.endsWith('.md'))
  const pages = [join(ROOT, 'README.md'), ...guides.map((name) => join(ROOT, 'docs', 'guide', name))]
  const shown = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/!\[[^\]]+\]\(([^)]+\.png)\)/g)].map(([, path = '']) =>
      relative(IMAGES, join(dirname(page), path)),
    ),
  )
  const spec = readFileSync(join(ROOT, 'e2e', 'pictures.spec.ts'), 'utf8')
  const made = [...spec.matchAll(/await picture\(\w+, '([\w-]+)'\)/g)].map(([, name]) => `${name}.png`)
  expect(made.length).toBeGreaterThan(0)
  expect([...new Set(shown)].sort()).toEqual(made.sort())
  expect(readdirSync(IMAGES).sort()).toEqual(made)
})
