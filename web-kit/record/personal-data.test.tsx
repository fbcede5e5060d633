// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { renderInConsole } from '../render-in-console.tsx'
import { PersonalData } from './personal-data.tsx'

const party = (more: Partial<Entity>): Entity => ({
  kind: 'party',
  id: 'p_1',
  version: '1',
  fresh_at: '2026-11-20T09:00:00Z',
  stale: false,
  title: 'A••••',
  state: 'active',
  data: {},
  affordances: [],
  ...more,
})
const labels = { name: 'party.name', iban: 'party.iban' }
const texts = { 'party.name': 'Name', 'party.iban': 'Account' }
const reveal = (allowed: boolean) => ({
  action: 'transfers.reveal_party',
  title: 'Reveal',
  approvals: 0,
  allowed,
  ...(allowed ? {} : { reason: 'It takes the role of compliance.' }),
})
const beside = (label: string) => screen.getByText(label).closest('dt')?.nextElementSibling?.textContent

function open(entity: Entity, revealed: object[] = []) {
  const chosen: string[] = []
  const drawn = <PersonalData entity={entity} labels={labels} onAct={(action) => chosen.push(action)} />
  const { asked, queries } = renderInConsole(drawn, {
    answer: ({ path }) => (path.endsWith('/revealed') ? Response.json({ fields: revealed }) : null),
    texts,
  })
  return { asked, chosen, queries }
}

afterEach(cleanup)

test('K-35 what was erased says so in its place, and neither a mask nor an old value stands there', async () => {
  const personal = [
    { path: 'name', shown: 'A••••', erased_at: '2026-11-20T09:00:00Z' },
    { path: 'iban', shown: '•••• 4471' },
  ]
  const until = new Date(Date.now() + 60_000).toISOString()
  const revealed = [
    { path: 'name', value: 'Acme GmbH', until },
    { path: 'iban', value: 'DE89 3704', until },
  ]
  open(party({ personal, affordances: [reveal(true)] }), revealed)
  await screen.findByText('DE89 3704')
  expect(beside('Name')).toBe('erased')
  expect(screen.queryByText(/A••••|Acme/)).toBeNull()
  expect(beside('Account')).toMatch(/^DE89 3704/)
})

test('K-30 masked until it is revealed; who may not is told why, and nothing is asked for', () => {
  const personal = [{ path: 'name', shown: 'A••••' }]
  const { asked, chosen } = open(party({ personal, affordances: [reveal(false)] }))
  expect(beside('Name')).toBe('A••••')
  const button = screen.getByRole('button', { name: 'Reveal…' })
  expect(button.getAttribute('aria-disabled')).toBe('true')
  fireEvent.click(button)
  expect(chosen).toEqual([])
  expect(asked).toEqual([])
  cleanup()
  const able = open(party({ personal, affordances: [reveal(true)] }))
  fireEvent.click(screen.getByRole('button', { name: 'Reveal…' }))
  expect(able.chosen).toEqual(['transfers.reveal_party'])
})

test('K-35 what cannot be undone stands with the data that it erases, and not among the work on a record', () => {
  const erase = { action: 'transfers.erase_party', title: 'Erase personal data', approvals: 1, allowed: true }
  const { chosen } = open(party({ personal: [{ path: 'name', shown: 'A••••' }], affordances: [erase] }))
  fireEvent.click(screen.getByRole('button', { name: 'Erase…' }))
  expect(chosen).toEqual(['transfers.erase_party'])
})

test('K-30 X-08 what was asked to be shown has the focus once its sheet is gone; what somebody else opened takes it from nobody', async () => {
  const until = new Date(Date.now() + 60_000).toISOString()
  const personal = [
    { path: 'name', shown: 'A••••' },
    { path: 'iban', shown: '•••• 4471' },
  ]
  const fields: object[] = [{ path: 'iban', value: 'DE89 3704', until }]
  const { queries } = open(party({ personal, affordances: [reveal(true)] }), fields)
  await screen.findByText('DE89 3704')
  expect(document.activeElement).toBe(document.body)
  const sheet = document.body.appendChild(document.createElement('dialog'))
  fireEvent.click(screen.getByRole('button', { name: 'Reveal…' }))
  sheet.setAttribute('open', '')
  fields.push({ path: 'name', value: 'Acme GmbH', until })
  await queries.invalidateQueries({ queryKey: ['revealed'] })
  const shown = await screen.findByText('Acme GmbH')
  expect(document.activeElement).not.toBe(shown)
  sheet.remove()
  await vi.waitFor(() => expect(document.activeElement).toBe(shown), { timeout: 5_000 })
})
