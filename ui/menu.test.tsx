// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { Menu } from './menu.tsx'

afterEach(cleanup)

test('X-07 a menu says of which of its lists one is chosen, and of which several', () => {
  const item = (key: string, checked?: boolean) => ({
    key,
    label: key,
    onSelect: () => undefined,
    ...(checked === undefined ? {} : { checked }),
  })
  render(
    <Menu
      label="Choices"
      button="Choices"
      groups={[
        { key: 'one', items: [item('Oldest', true), item('Newest', false)] },
        { key: 'several', many: true, items: [item('ACH', true), item('SEPA', false)] },
        { key: 'plain', items: [item('Save')] },
      ]}
    />,
  )
  const rows = [...document.querySelectorAll('[role^="menuitem"]')].map((row) => [
    row.textContent?.replace('✓', ''),
    row.getAttribute('role'),
    row.getAttribute('aria-checked'),
  ])
  expect(rows).toEqual([
    ['Oldest', 'menuitemradio', 'true'],
    ['Newest', 'menuitemradio', 'false'],
    ['ACH', 'menuitemcheckbox', 'true'],
    ['SEPA', 'menuitemcheckbox', 'false'],
    ['Save', 'menuitem', null],
  ])
  expect(screen.getByRole('menu', { hidden: true })).toBeTruthy()
})
