// @vitest-environment happy-dom

import platform from '@countersign/platform/web/entry.messages.en.json'
import type { Me } from '@countersign/sdk/wire/me.ts'
import { nora, renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, fireEvent, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import audit from '../audit/audit.messages.en.json'
import people from '../people/people.messages.en.json'
import policy from '../policy/policy.messages.en.json'
import system from '../system/system.messages.en.json'
import team from '../team/team.messages.en.json'
import { Rail } from './rail.tsx'
import texts from './shell.messages.en.json'

function open(permissions: Me['permissions']) {
  renderInConsole(<Rail me={{ ...nora, permissions }} onKeys={() => undefined} />, {
    answer: () => Response.json({ queues: [] }),
    texts: { ...audit, ...people, ...policy, ...system, ...team, ...texts },
  })
  const groups = screen.getAllByRole('region').map((group) => ({
    title: group.getAttribute('aria-label'),
    places: within(group)
      .getAllByRole('link')
      .map(({ textContent }) => textContent),
  }))
  cleanup()
  return groups
}

afterEach(cleanup)

test('X-01 the rail lists what somebody has something to see on, by what they come for', () => {
  expect(open(['kernel:read', 'requests:read', 'audit:read', 'access:read'])).toEqual([
    { title: 'Work', places: ['Approvals', 'Mentions', 'Team', 'Guides'] },
    { title: 'Control', places: ['Approval rules', 'People and roles', 'Audit log'] },
    { title: 'System', places: ['Alerts', 'Health', 'Upstreams', 'Projections', 'Jobs', 'Dead letters'] },
  ])
  expect(open(['audit:read'])).toEqual([{ title: 'Control', places: ['Audit log'] }])
})

test('X-01 X-09 where there is no room a console without queues still has its first pages in sight, and the others in a menu', () => {
  const consoles = [{ name: 'platform', title: 'Platform' }]
  renderInConsole(
    <Rail me={{ ...nora, consoles, permissions: ['kernel:read'] }} onKeys={() => undefined} />,
    {
      answer: () => Response.json({ queues: [] }),
      texts: { ...audit, ...people, ...platform, ...policy, ...system, ...team, ...texts },
    },
  )
  fireEvent.click(screen.getByRole('button', { name: 'More' }))
  const inTheMenu = screen.getAllByRole('menuitem').map(({ textContent }) => textContent)
  expect(inTheMenu).toContain('Rate limits')
  expect(inTheMenu).not.toContain('Dashboard')
  const place = (name: string) => screen.getByRole('link', { name }).closest('li')
  // What a narrow window leaves out is told by its class.
  expect(place('Dashboard')?.className).toBe('')
  expect(place('Rate limits')?.className).not.toBe('')
})
