// @vitest-environment happy-dom
import type { Queue, QueueSavedView } from '@countersign/sdk/wire/queues.ts'
import { cleanup, fireEvent, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { renderInConsole } from '../render-in-console.tsx'
import { ViewsMenu } from './views-menu.tsx'

// happy-dom has no popovers; the menu's items are there all the same.
HTMLElement.prototype.hidePopover ??= () => undefined
afterEach(cleanup)

const queue: Queue = {
  ...{ name: 'transfers.returns', console: 'transfers', title: 'Returns', columns: [] },
  ...{ count: { value: 2, exact: true }, oldest_at: null },
  ...{ roles: ['transfers/OPS', 'transfers/ADMIN'], sharers: ['transfers/ADMIN'] },
}
const view = (id: string, name: string, owner: string, shared: boolean): QueueSavedView => ({
  ...{ id, name, owner: { id: owner, name: owner }, shared, roles: [] },
  ...{ list: { state: ['open'] }, fits: { state: ['open'] }, problem: null, problems: [] },
})
const answer = () =>
  Response.json({ views: [view('1', 'Mine', 'tomas', false), view('2', 'Theirs', 'nora', true)] })
const show = (permissions: string[]) =>
  renderInConsole(<ViewsMenu queue={queue} list={{ state: 'open' }} me="tomas" onList={() => undefined} />, {
    me: { permissions },
    answer,
  })

test('X-11 of two views of the same list the tick, and what is done, are of the one that was chosen', async () => {
  show(['kernel.save_view', 'kernel.share_view', 'kernel.delete_view'])
  const chosen = () => screen.getAllByRole('menuitemradio', { checked: true }).map((one) => one.textContent)
  fireEvent.click(await screen.findByRole('menuitemradio', { name: /Theirs/ }))
  expect(chosen()).toEqual([expect.stringContaining('Theirs')])
  screen.getByRole('button', { name: /^Theirs/ })
  fireEvent.click(screen.getByRole('menuitemradio', { name: /Mine/ }))
  expect(chosen()).toEqual([expect.stringContaining('Mine')])
})

test('X-11 P-10 whoever may not share a view reads which role may', async () => {
  show(['kernel.save_view', 'kernel.delete_view'])
  const item = await screen.findByRole('menuitem', { name: /^Share with the role OPS/ })
  expect(item.getAttribute('aria-disabled')).toBe('true')
  within(item).getByText('This needs the role transfers/ADMIN.')
})
