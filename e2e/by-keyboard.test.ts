import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** What points, or puts the hand somewhere that no key led to. */
const NOT_BY_KEY =
  /\.(click|dblclick|tap|hover|dragTo|dragAndDrop|fill|clear|check|uncheck|setChecked|selectOption|selectText|focus|blur|pressSequentially|dispatchEvent|setInputFiles)\(|(?<!keyboard)\.(press|type)\(|\.mouse\b|\.touchscreen\b/

test('X-02 X-07 the stories of operators are told with the keyboard alone', () => {
  const stories = readdirSync(join(import.meta.dirname, 'stories')).map((name) => join('stories', name))
  expect(stories.length).toBeGreaterThan(5)
  const pointing = ['by-keyboard.ts', ...stories].flatMap((file) =>
    readFileSync(join(import.meta.dirname, file), 'utf8')
      .split('\n')
      .flatMap((line, at) => (NOT_BY_KEY.test(line) ? [`${file}:${at + 1} ${line.trim()}`] : [])),
  )
  expect(pointing).toEqual([])
  // What it would find.
  expect("await page.getByRole('button').click()").toMatch(NOT_BY_KEY)
  expect("await field.press('Enter')").toMatch(NOT_BY_KEY)
  expect("await page.keyboard.press('Enter')").not.toMatch(NOT_BY_KEY)
})
