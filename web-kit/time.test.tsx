// @vitest-environment happy-dom
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { zone } from './preferences.ts'
import { renderInConsole } from './render-in-console.tsx'
import { RelativeTime } from './time.tsx'

afterEach(() => {
  cleanup()
  localStorage.clear()
})

test('X-03 X-09 how long ago says on hover when that was, to the second and in which zone', () => {
  zone.write('utc')
  const at = '2020-02-29T23:59:58Z'
  renderInConsole(<RelativeTime at={at} />, { answer: () => null })
  const said = screen.getByText(/ago$/)
  expect(said.textContent).not.toContain('2020')
  expect(said.title).toBe('Feb 29, 2020, 23:59:58 UTC')
  expect(said.getAttribute('datetime')).toBe(at)
})
