// @vitest-environment happy-dom
import type { Queue, QueueSavedView } from '@countersign/sdk/wire/queues.ts'
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { type Asked, renderInConsole } from '../render-in-console.tsx'
import { ViewsMenu } from './views-menu.tsx'

// happy-dom has no popovers; the menu's items are there all the same.
HTMLElement.prototype.hidePopover ??= () => undefined
afterEach(cleanup)

const queue: Queue = {
  ...{ name: 'transfers.returns', console: 'transfers', title: 'Returns', columns: [] },
  ...{ count: { value: 2, exact: true }, oldest_at: null },
}
const view: QueueSavedView = {
  ...{ id: 'transfers.returns:1', name: 'Over a week', owner: { id: 'nora', name: 'Nora Lindqvist' } },
  ...{ list: { state: ['open'] }, fits: { state: ['open'] }, shared: true, roles: [] },
  ...{ problem: null, problems: [] },
}
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }))
const written = ({ method, path }: Asked) => method === 'POST' && !path.endsWith('/preview')

test('X-11 X-05 a view is deleted when that is confirmed, which says for whom it is gone', async () => {
  const { asked } = renderInConsole(
    <ViewsMenu queue={queue} list={{ state: 'open' }} me="nora" onList={() => undefined} />,
    {
      me: { permissions: ['kernel.save_view', 'kernel.share_view', 'kernel.delete_view'] },
      answer: (question) =>
        written(question)
          ? Response.json({ id: 'req_1', target: (question.body as { target: object }).target })
          : Response.json({ views: [view] }),
    },
  )
  await waitFor(() => expect(screen.getByRole('button', { name: /Over a week/ })).toBeTruthy())
  const choose = () => {
    press(/Over a week/)
    fireEvent.click(screen.getByRole('menuitem', { name: 'Delete this view…' }))
  }
  choose()
  await screen.findByText(/“Over a week” is gone then, also for those with whom it is shared/)
  press(/Cancel/)
  expect(asked.filter(written)).toEqual([])

  choose()
  await screen.findByText(/is gone then/)
  press(/^Delete/)
  await waitFor(() => expect(screen.queryByText(/is gone then/)).toBeNull())
  expect(asked.filter(written).map(({ path, body }) => [path, body])).toEqual([
    [
      '/v1/actions/kernel.delete_view',
      { target: { kind: 'view', id: view.id }, input: {}, reason: { code: 'unused' } },
    ],
  ])
  await waitFor(() => expect(screen.getByRole('button', { name: /^Views/ })).toBeTruthy())
})

test('X-11 somebody else’s view that is shared is deleted by whoever may share, and by nobody else', async () => {
  const offered = async (permissions: string[]) => {
    renderInConsole(
      <ViewsMenu queue={queue} list={{ state: 'open' }} me="tomas" onList={() => undefined} />,
      { me: { permissions }, answer: () => Response.json({ views: [view] }) },
    )
    await waitFor(() => expect(screen.getByRole('button', { name: /Over a week/ })).toBeTruthy())
    press(/Over a week/)
    const item = screen.getByRole('menuitem', { name: /^Delete this view…/ })
    const disabled = item.getAttribute('aria-disabled') === 'true'
    cleanup()
    return !disabled
  }
  expect(await offered(['kernel.save_view', 'kernel.delete_view'])).toBe(false)
  expect(await offered(['kernel.save_view', 'kernel.delete_view', 'kernel.share_view'])).toBe(true)
})
