// @vitest-environment happy-dom
import type { Me } from '@countersign/sdk/wire/me.ts'
import { nora, renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen, within } from '@testing-library/react'
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
