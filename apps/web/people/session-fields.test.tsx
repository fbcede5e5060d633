// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import type { Me } from '@countersign/sdk/wire/me.ts'
import { MeProvider, useMe } from '@countersign/web-kit/me-context.tsx'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, expect, test } from 'vitest'
import texts from './people.messages.en.json'
import { endSessionForm } from './session-fields.tsx'

const session = (id: string, hour: number) => ({
  ...{ id, created_at: `2026-11-20T0${hour}:00:00Z`, last_seen_at: `2026-11-20T0${hour}:30:00Z` },
})
const person: Entity = {
  ...{ kind: 'person', id: 'mei', version: '1', fresh_at: '2026-11-20T09:00:00Z', stale: false },
  ...{ title: 'Mei Lin', state: 'active', affordances: [] },
  data: { sessions: [session('here', 8), session('elsewhere', 7)] },
}

afterEach(cleanup)

function AtSession({ id, children }: { id: string; children: ReactNode }) {
  const me: Me = useMe()
  return <MeProvider me={{ ...me, session: { ...me.session, id } }}>{children}</MeProvider>
}

test('K-46 X-09 sessions are told by when they began and were last used, and one’s own is marked', () => {
  const { Fields } = endSessionForm
  if (Fields === undefined) throw new Error('the form has no fields')
  renderInConsole(
    <AtSession id="here">
      <Fields entity={person} input={{}} errors={{}} onChange={() => undefined} />
    </AtSession>,
    { answer: () => null, texts },
  )
  const [own, other] = screen.getAllByRole('option').slice(1)
  expect(own?.textContent).toMatch(/08:00.*the one you use now/)
  expect(other?.textContent).toMatch(/07:00.*last used.*07:30/)
  expect(other?.textContent).not.toContain('you use now')
})
