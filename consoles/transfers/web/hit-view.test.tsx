// @vitest-environment happy-dom
import type { Affordance, Entity } from '@countersign/sdk/wire/entities.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { hitView } from './hit-view.tsx'
import texts from './transfers.messages.en.json'

const read = { version: 1, fresh_at: '2026-11-20T09:00:00Z', stale: false } as const
const hit: Entity = {
  ...{ ...read, kind: 'hit', id: 'hit_1', title: 'A ~ B', state: 'open', affordances: [] },
  data: { party_id: 'pty_1', party_frozen: false },
}
const freeze: Affordance = {
  ...{ action: 'transfers.freeze_entity', title: 'Freeze', allowed: true, approvals: 1 },
}

afterEach(cleanup)

function draw(answer: () => Response | null, of: Entity = hit) {
  const { Foremost } = hitView
  if (Foremost === undefined) throw new Error('the view has no first button')
  return renderInConsole(<Foremost entity={of} />, { answer, texts })
}
const party = (affordances: Affordance[]) => () =>
  Response.json({
    ...read,
    kind: 'party',
    id: 'pty_1',
    title: 'N. L••••',
    state: 'active',
    data: {},
    affordances,
  })
const button = () => screen.getByRole('button', { name: /^Same party: freeze/ })
const settled = (barred: boolean) =>
  waitFor(() => expect(button().getAttribute('aria-disabled')).toBe(barred ? 'true' : null))

test('K-08 T-06 whether the party of a hit can be frozen is said by the party, not by what this person may in general', async () => {
  const { address } = draw(party([freeze]))
  await settled(false)
  fireEvent.click(button())
  await waitFor(() => expect(address()).toContain('/entities/party/pty_1?act=transfers.freeze_entity'))
  expect(address()).toContain('hit_1')
  cleanup()

  const reason = 'This has been requested already and is still open.'
  const { address: stays } = draw(party([{ ...freeze, allowed: false, reason, open_request: 'req_1' }]))
  await settled(true)
  await waitFor(() => expect(document.body.textContent).toContain(reason))
  fireEvent.keyDown(document.body, { key: 's' })
  expect(stays()).not.toContain('freeze_entity')
})

test('X-06 while the party is not read, or cannot be, that is what bars the way', async () => {
  let answer: (response: Response) => void = () => undefined
  const held = new Promise<Response>((resolve) => {
    answer = resolve
  })
  draw((() => held) as unknown as () => Response)
  await settled(true)
  await waitFor(() => expect(document.body.textContent).toContain('The party is being read.'))
  answer(party([freeze])())
  await settled(false)
  cleanup()
  draw(() => null)
  await waitFor(() => expect(document.body.textContent).toContain('The party cannot be read now.'))
})

test('T-06 of a hit that is decided, or a party that is frozen, no freeze is offered and no party is read', () => {
  for (const of of [
    { ...hit, state: 'cleared' },
    { ...hit, data: { ...hit.data, party_frozen: true } },
    { ...hit, data: {} },
  ]) {
    const { asked } = draw(party([freeze]), of)
    expect(screen.queryByRole('button')).toBeNull()
    expect(asked).toEqual([])
    cleanup()
  }
})
