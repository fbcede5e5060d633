import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { forgetHome } from './forget-home.mjs'
import { type Home, openHome } from './home.ts'

let directory: string
let home: Home
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'countersign-forgotten-'))
  home = openHome({ COUNTERSIGN_HOME: directory })
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** Something in each place that the home names. */
function fill(): string[] {
  const { directory: _, ...places } = home
  for (const place of Object.values(places)) {
    if (existsSync(place)) writeFileSync(join(place, 'kept'), '')
    else {
      mkdirSync(dirname(place), { recursive: true })
      writeFileSync(place, '{}')
    }
  }
  return Object.values(places)
}

test('O-01 everything that an installation keeps is forgotten, people’s files too, and then its directory', () => {
  const places = fill()
  expect(places).toContain(home.evidence)
  forgetHome(directory)
  expect(places.filter((place) => existsSync(place))).toEqual([])
  expect(existsSync(directory)).toBe(false)
})

test('O-01 what is not the product’s stays where it is', () => {
  fill()
  writeFileSync(join(directory, 'mine.txt'), 'mine')
  forgetHome(directory)
  expect(readdirSync(directory)).toEqual(['mine.txt'])
})
