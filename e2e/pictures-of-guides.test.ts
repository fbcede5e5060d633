import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const GUIDE = join(ROOT, 'docs', 'guide')

/** What the browser tests photograph (`picture(page, 'merchants')`). */
const taken = [
  ...readFileSync(join(import.meta.dirname, 'pictures.spec.ts'), 'utf8').matchAll(
    /await picture\(\w+, '([a-z-]+)'\)/g,
  ),
].map(([, name = '']) => name)

const guides = readdirSync(GUIDE)
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, text: readFileSync(join(GUIDE, name), 'utf8') }))
const shown = guides.flatMap(({ name, text }) =>
  [...text.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, image = '']) => ({ guide: name, image })),
)

test('P-14 X-14 every picture of a guide is one that the browser tests take, and is there', () => {
  expect(shown.length).toBeGreaterThan(10)
  const made = new Set(taken.map((name) => `images/${name}.png`))
  expect(shown.filter(({ image }) => !made.has(image))).toEqual([])
  expect(shown.filter(({ image }) => !existsSync(join(GUIDE, image)))).toEqual([])
})

test('P-14 the guide of the platform console shows it', () => {
  const images = shown.filter(({ guide }) => guide === 'platform.md').map(({ image }) => image)
  expect(images).toEqual(expect.arrayContaining(['images/dashboard.png', 'images/merchants.png']))
})
