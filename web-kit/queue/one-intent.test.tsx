// @vitest-environment happy-dom
import { UnreachableError } from '@countersign/sdk/problem.ts'
import type { Queue, WorkItem } from '@countersign/sdk/wire/queues.ts'
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { type Asked, renderInConsole } from '../render-in-console.tsx'
import { createUndecidedKeys } from '../undecided-keys.ts'
import AssignDialog from './assign-dialog.tsx'
import { ClaimButton } from './claim-button.tsx'
import { NextItemButton } from './next-item-button.tsx'
import { SnoozeDialog } from './snooze-dialog.tsx'
import { ViewsMenu } from './views-menu.tsx'

const queue: Queue = {
  name: 'transfers.returns',
  console: 'transfers',
  title: 'Returns',
  columns: [],
  count: { value: 2, exact: true },
  oldest_at: null,
}
const item = (id: string, assignee: WorkItem['assignee'] = null): WorkItem => ({
  id,
  subject: { kind: 'transfer', id: `tr_${id}` },
  title: `Item ${id}`,
  state: 'open',
  opened_at: '2026-01-01T00:00:00Z',
  due_at: null,
  assignee,
  fields: {},
})
const permissions = ['kernel.claim_item', 'kernel.save_view', 'kernel.share_view', 'kernel.delete_view']
const refusal = (status: number, detail: string) =>
  Response.json(
    { type: 'about:blank', title: 'No', status, detail },
    { status, headers: { 'content-type': 'application/problem+json' } },
  )
const written = ({ method, path }: Asked) => method === 'POST' && !path.endsWith('/preview')
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }))
const LOST = 'No answer arrived, so it is not known whether it was done. Ask again: it is done once.'

/** Answers reads, loses the first answer to a write, and answers those after it. */
function losingFirst(writes: (asked: Asked) => Response) {
  let lost = false
  return (asked: Asked) => {
    if (!written(asked)) return reads(asked)
    if (lost) return writes(asked)
    lost = true
    return null
  }
}

function reads({ path }: Asked): Response {
  if (path.endsWith('/people')) {
    const person = {
      id: 'mei',
      name: 'Mei Lin',
      open: 1,
      max_open: null,
      away: false,
      away_until: null,
      skills: [],
    }
    return Response.json({ people: [person] })
  }
  if (path.endsWith('/views')) return Response.json({ views: [] })
  return Response.json({
    items: [item('1')],
    next_cursor: null,
    count: { value: 1, exact: true },
    behind_ms: 0,
  })
}

const done = () => Response.json({ id: 'req_1', target: { kind: 'work_item', id: 'transfers.returns:1' } })

// happy-dom has no popovers; the menu's items are there all the same.
HTMLElement.prototype.hidePopover ??= () => undefined
afterEach(cleanup)

test('K-12 the next item asked for again after a lost answer goes under the same key; the one after it under another', async () => {
  const opened: string[] = []
  const { asked } = renderInConsole(
    <NextItemButton queue={queue} onOpen={({ subject }) => opened.push(subject.id)} />,
    {
      me: { permissions },
      answer: losingFirst(() => Response.json({ item: '1', subject: { kind: 'transfer', id: 'tr_1' } })),
    },
  )
  press(/Next item/)
  await waitFor(() => expect(screen.getByText(LOST)).toBeTruthy())
  press(/Next item/)
  await waitFor(() => expect(opened).toEqual(['tr_1']))
  press(/Next item/)
  await waitFor(() => expect(opened).toEqual(['tr_1', 'tr_1']))
  const [first, again, other] = asked.map(({ key }) => key)
  expect(first).toMatch(/^[0-9a-f-]{36}$/)
  expect(again).toBe(first)
  expect(other).not.toBe(first)
})

test('K-12 K-26 an item taken again after a lost answer is taken under the same key', async () => {
  const { asked } = renderInConsole(
    <ClaimButton queue={queue} list={{}} subject={{ kind: 'transfer', id: 'tr_1' }} me="nora" />,
    { answer: losingFirst(done) },
  )
  await waitFor(() => press(/Assign to me/))
  await waitFor(() => expect(screen.getByText(LOST)).toBeTruthy())
  press(/Assign to me/)
  await waitFor(() => expect(screen.queryByText(LOST)).toBeNull())
  const claims = asked.filter(written)
  expect(claims.map(({ body }) => body)).toEqual([claims[0]?.body, claims[0]?.body])
  expect(claims[1]?.key).toBe(claims[0]?.key)
})

test('K-26 of several items that are given, one refusal stops no other and is said; again, only what was lost keeps its key', async () => {
  const closed: string[] = []
  let round = 0
  const { asked } = renderInConsole(
    <AssignDialog
      queue={queue}
      items={['1', '2', '3'].map((id) => ({ id, title: id }))}
      onClose={() => closed.push('closed')}
    />,
    {
      answer: (one) => {
        if (!written(one)) return reads(one)
        const { id } = (one.body as { target: { id: string } }).target
        if (round > 0 || id.endsWith(':1')) return done()
        return id.endsWith(':2') ? refusal(409, 'Somebody has it.') : null
      },
    },
  )
  await waitFor(() => fireEvent.click(screen.getByRole('radio', { name: /Mei Lin/ })))
  press('Assign')
  await waitFor(() =>
    expect(screen.getByRole('alert').textContent).toContain('2 items were left as they are.'),
  )
  expect(screen.getByRole('alert').textContent).toContain('Somebody has it.')
  round = 1
  press('Assign')
  await waitFor(() => expect(closed).toEqual(['closed']))
  const keyOf = (n: number, of: number) => asked.filter(written)[of * 3 + n]?.key
  expect(asked.filter(written)).toHaveLength(6)
  expect(keyOf(1, 1)).not.toBe(keyOf(1, 0))
  expect(keyOf(2, 1)).toBe(keyOf(2, 0))
})

test('K-12 work given by turns after a lost answer is given once', async () => {
  const { asked } = renderInConsole(
    <AssignDialog queue={queue} items={[{ id: '1', title: '1' }]} onClose={() => undefined} />,
    { answer: losingFirst(() => Response.json({ given: [{ item: '1', assignee: 'mei' }] })) },
  )
  await waitFor(() => fireEvent.click(screen.getByRole('radio', { name: /By turns/ })))
  press('Assign')
  await waitFor(() => expect(screen.getByText(LOST)).toBeTruthy())
  press('Assign')
  await waitFor(() => expect(screen.queryByText(LOST)).toBeNull())
  const keys = asked.filter(written).map(({ key }) => key)
  expect(keys).toEqual([keys[0], keys[0]])
})

test('K-12 a snooze sent again says the same time under the same key', async () => {
  const { asked } = renderInConsole(
    <SnoozeDialog queue={queue.name} items={[{ id: '1' }]} onClose={() => undefined} />,
    { answer: losingFirst(done) },
  )
  press('Snooze')
  await waitFor(() => expect(screen.getByText(LOST)).toBeTruthy())
  press('Snooze')
  await waitFor(() => expect(screen.queryByText(LOST)).toBeNull())
  const [first, again] = asked.filter(written)
  expect(again).toEqual(first)
})

test('K-12 K-26 a view saved again after a lost answer is the same view, and is listed as soon as it is taken', async () => {
  const { asked } = renderInConsole(
    <ViewsMenu queue={queue} list={{ state: 'open' }} me="nora" onList={() => undefined} />,
    {
      me: { permissions },
      answer: losingFirst(({ body }) =>
        Response.json({ id: 'req_1', target: (body as { target: object }).target }),
      ),
    },
  )
  press(/^Views/)
  fireEvent.click(screen.getByRole('menuitem', { name: 'Save as a view…' }))
  fireEvent.change(await screen.findByRole('textbox', { name: /Name/ }), { target: { value: 'Mine' } })
  press('Save')
  await waitFor(() => expect(screen.getByText(LOST)).toBeTruthy())
  press('Save')
  await waitFor(() => expect(screen.getByRole('button', { name: /Mine/ })).toBeTruthy())
  const [first, again] = asked.filter(written)
  expect(again).toEqual(first)
  expect(first?.body).toMatchObject({ target: { id: `transfers.returns:${first?.key}` } })
})

test('K-12 what was lost and then overtaken by something else asked of the same thing is a new intent', async () => {
  let made = 0
  const keys = createUndecidedKeys(() => `key ${++made}`)
  const sent: string[] = []
  const send = (lost: boolean) => async (key: string) => {
    sent.push(key)
    if (lost) throw new UnreachableError(null)
  }
  await expect(keys.under('1', 'claim', send(true))).rejects.toThrow()
  await keys.under('1', 'release', send(false))
  await keys.under('1', 'claim', send(false))
  expect(sent).toEqual(['key 1', 'key 2', 'key 3'])
})
