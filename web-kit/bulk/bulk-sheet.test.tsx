// @vitest-environment happy-dom
import type { ActionDeclaration } from '@countersign/sdk/wire/actions.ts'
import type { BulkProgress as Progress } from '@countersign/sdk/wire/bulk.ts'
import type { ActionRequest } from '@countersign/sdk/wire/requests.ts'
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { backAt } from '../action-sheet/drafts.ts'
import { type Asked, renderInConsole } from '../render-in-console.tsx'
import { BulkProgress } from './bulk-progress.tsx'
import { BulkSheet } from './bulk-sheet.tsx'

const action: ActionDeclaration = {
  type: 'transfers.return_transfer',
  title: 'Return transfer',
  console: 'transfers',
  risk: 'high',
  moves_money: true,
  bulk: true,
  input_schema: { type: 'object', properties: {} },
  target_kind: 'transfer',
  reasons: [
    { code: 'R01', title: 'Insufficient funds' },
    { code: 'R10', title: 'Not authorised', note_required: true },
  ],
  doors: [],
}
const transfer = (n: number) => ({ kind: 'transfer', id: `tr_${n}` })
const approvals = {
  required: 1,
  eligible_roles: ['transfers/ADMIN'],
  expires_in_s: 3600,
  eligible_people: [],
}
const pending = {
  id: 'req_1',
  type: action.type,
  title: action.title,
  state: 'pending',
  revision: 1,
  target: { kind: 'request', id: 'req_1' },
  digest: 'sha256:0',
  approvals: { required: 1, given: [] },
  requested_by: { id: 'nora', name: 'Nora Lindqvist' },
  created_at: '2026-11-20T09:00:00Z',
  transitions: [],
} as unknown as ActionRequest
type Body = { rows: { target: { id: string }; expected_version?: string }[]; reason?: object }

/** Refuses the second record and takes the others. */
function preview({ body }: Asked): Response {
  const rows = (body as Body).rows.map(({ target }) => ({
    target,
    accepted: target.id !== 'tr_2',
    ...(target.id === 'tr_2' ? { message: 'It has changed since you saw it.' } : {}),
  }))
  const accepted = rows.filter((row) => row.accepted).length
  return Response.json({
    preview_digest: 'd1',
    summary: `${accepted} transfers go back.`,
    changes: [],
    effects: [],
    count: { accepted, refused: rows.length - accepted },
    rows,
    approvals,
    fresh_at: '2026-11-20T09:00:00Z',
  })
}

function open(submit: (asked: Asked) => Response | null, place = 'rows of transfers.returns') {
  return renderInConsole(
    <BulkSheet
      action={action}
      place={place}
      targets={[1, 2, 3].map((n) => ({ ...transfer(n), version: `${n}0` }))}
      onClose={() => undefined}
    />,
    {
      answer: (asked) => {
        if (asked.path.endsWith('/bulk/preview')) return preview(asked)
        if (asked.path.endsWith('/bulk')) return submit(asked)
        return Response.json(pending)
      },
    },
  )
}
const submissions = (asked: Asked[]) => asked.filter(({ path }) => path.endsWith('/bulk'))
const confirmButton = () => screen.findByRole('button', { name: /Ask for 2 records|Send again/ })
const byKey = () => fireEvent.keyDown(document.body, { key: 'Enter', ctrlKey: true })

function chooseReason(words: string) {
  const reason = screen.getByRole('combobox', { name: /Reason/ })
  fireEvent.focus(reason)
  fireEvent.change(reason, { target: { value: words } })
  return reason
}

HTMLElement.prototype.showPopover ??= () => undefined
HTMLElement.prototype.hidePopover ??= () => undefined
afterEach(() => {
  cleanup()
  sessionStorage.clear()
})

test('K-19 what is asked for are the rows that were accepted, each in the version that was on the screen', async () => {
  const { asked } = open(() => Response.json(pending))
  await screen.findByText('2 transfers go back.')
  expect(screen.getByText('tr_2').closest('li')?.textContent).toContain('It has changed since you saw it.')
  fireEvent.keyDown(chooseReason('Insufficient'), { key: 'Enter' })
  fireEvent.click(await confirmButton())
  await screen.findByText(/waits for 1 more approval/)
  const [sent] = submissions(asked)
  expect(sent?.body).toEqual({
    rows: [
      { target: transfer(1), expected_version: '10' },
      { target: transfer(3), expected_version: '30' },
    ],
    input: {},
    reason: { code: 'R01' },
    preview_digest: 'd1',
  })
  const previews = asked
    .filter(({ path }) => path.endsWith('/preview'))
    .map(({ body }) => (body as Body).rows)
  expect(previews[0]?.map(({ expected_version }) => expected_version)).toEqual(['10', '20', '30'])
})

test('K-12 X-04 by key; and without an answer once more, under the same key', async () => {
  const answers = [null, null, null, Response.json(pending)]
  const { asked } = open(() => answers.shift() ?? null, 'rows of a lost answer')
  fireEvent.keyDown(chooseReason('Insufficient'), { key: 'Enter' })
  await screen.findByText('2 transfers go back.')
  await waitFor(() =>
    expect(screen.getByRole('button', { name: /Ask for 2/ }).getAttribute('aria-disabled')).not.toBe('true'),
  )
  byKey()
  await screen.findByText(/it carries the same key, so it acts once/, {}, { timeout: 10_000 })
  byKey()
  await screen.findByText(/waits for 1 more approval/)
  const sent = submissions(asked)
  expect(sent).toHaveLength(4)
  expect(new Set(sent.map(({ key }) => key)).size).toBe(1)
  expect(new Set(sent.map(({ body }) => JSON.stringify(body))).size).toBe(1)
}, 20_000)

test('K-13 a reason that was typed and not chosen asks for nothing', async () => {
  const { asked } = open(() => Response.json(pending), 'rows of a typed reason')
  await screen.findByText('2 transfers go back.')
  fireEvent.blur(chooseReason('because'))
  fireEvent.click(await confirmButton())
  await screen.findByText(/“because” is no reason yet/)
  expect(submissions(asked)).toEqual([])
})

test('X-04 what was typed is there when the sheet is opened again', async () => {
  open(() => null, 'rows of a draft')
  fireEvent.change(screen.getByLabelText('Note'), { target: { value: 'half a thought' } })
  cleanup()
  open(() => null, 'rows of a draft')
  expect(screen.getByLabelText<HTMLTextAreaElement>('Note').value).toBe('half a thought')
  expect(screen.getByText(/What you filled in before is still here/)).toBeTruthy()
})

test('K-05 a sign-in that is too old is done again, and what was chosen and typed is found at the same place', async () => {
  const problem = {
    type: 'about:blank',
    title: 'No',
    status: 401,
    code: 'insufficient_user_authentication',
    max_age: 300,
  }
  const headers = { 'content-type': 'application/problem+json' }
  open(() => Response.json(problem, { status: 401, headers }), 'rows of a step-up')
  await screen.findByText('2 transfers go back.')
  fireEvent.keyDown(chooseReason('Insufficient'), { key: 'Enter' })
  fireEvent.change(screen.getByLabelText('Note'), { target: { value: 'before I left' } })
  fireEvent.click(await confirmButton())
  fireEvent.click(await screen.findByText('Sign in again'))
  expect(backAt('nora', 'rows of something else')).toBeUndefined()
  const left = backAt('nora', 'rows of a step-up')
  expect(left).toMatchObject({ type: action.type, form: { note: 'before I left', reason: 'R01' } })
  expect(left?.records).toHaveLength(3)
})

const progress: Progress = { count: 450, counts: { executed: 150, failed: 250, left_out: 50 } }
const ended = { ...pending, state: 'executed', bulk: progress, reason: { code: 'R01' } } as ActionRequest

test('K-19 all rows that came to nothing are asked for again, not those alone that happen to be shown', async () => {
  const rows = (state: string, first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, n) => ({
      position: first + n,
      target: { ...transfer(first + n), title: `Transfer ${first + n}` },
      state,
      summary: 'It goes back.',
    }))
  const all = [...rows('executed', 1, 150), ...rows('failed', 151, 400), ...rows('left_out', 401, 450)]
  const { asked } = renderInConsole(<BulkProgress request={ended} progress={progress} />, {
    answer: ({ path, params }) => {
      if (path.endsWith('/bulk/preview')) return null
      if (!path.endsWith('/rows')) return Response.json({ actions: [action] })
      const from = Number(params.get('cursor') ?? 0)
      const page = all.filter(
        ({ position, state }) => position > from && state === (params.get('state') ?? state),
      )
      const limit = Number(params.get('limit'))
      return Response.json({
        ...progress,
        rows: page.slice(0, limit),
        next_cursor: page.length > limit ? String(page[limit - 1]?.position) : null,
      })
    },
  })
  await screen.findByText('Transfer 100')
  fireEvent.click(await screen.findByRole('button', { name: 'Ask again for 300 records' }))
  await waitFor(() => expect(asked.some(({ path }) => path.endsWith('/bulk/preview'))).toBe(true))
  const previewed = asked.find(({ path }) => path.endsWith('/bulk/preview'))?.body as Body
  expect(previewed.rows.map(({ target }) => target.id)).toEqual(
    Array.from({ length: 300 }, (_, n) => `tr_${151 + n}`),
  )
})

test('K-21 what an undo of many did not reach is asked for again as what it was: it takes the same request back', async () => {
  const undo = { ...ended, id: 'req_undo', undoes: 'req_whole' }
  const counts: Progress = { count: 3, counts: { executed: 1, failed: 2 } }
  const failed = [2, 3].map((n) => ({
    position: n,
    target: transfer(n + 1),
    state: 'failed',
    summary: 'No.',
  }))
  const { asked } = renderInConsole(<BulkProgress request={undo} progress={counts} />, {
    answer: (one) => {
      if (one.path.endsWith('/rows')) {
        const rows = [null, 'failed'].includes(one.params.get('state')) ? failed : []
        return Response.json({ ...counts, rows, next_cursor: null })
      }
      if (one.path.endsWith('/bulk/preview')) return preview(one)
      return Response.json(one.path.endsWith('/bulk') ? pending : { actions: [action] })
    },
  })
  fireEvent.click(await screen.findByRole('button', { name: 'Ask again for 2 records' }))
  expect((await screen.findByRole('link', { name: 'the request' })).getAttribute('href')).toContain(
    'req_whole',
  )
  await screen.findByText('2 transfers go back.')
  fireEvent.click(await confirmButton())
  await screen.findByText(/waits for 1 more approval/)
  expect(submissions(asked)[0]?.body).toMatchObject({
    undoes: 'req_whole',
    rows: [{ target: transfer(3) }, { target: transfer(4) }],
  })
})

test('K-05 what this tab kept of a sheet opens none where it is no list of records', async () => {
  const rows = { path: '/rows', answer: { ...progress, rows: [], next_cursor: null } }
  for (const [records, opens] of [
    [[transfer(1), { ...transfer(2), version: '20' }], true],
    [[transfer(1), { kind: 'transfer' }], false],
    [[transfer(1), null], false],
    ['tr_1', false],
  ] as const) {
    const left = { place: 'request:req_1/rows', type: action.type, form: undefined, records }
    const away = { left, personId: 'nora', until: Date.now() + 60_000 }
    sessionStorage.setItem('countersign.away', JSON.stringify(away))
    renderInConsole(<BulkProgress request={ended} progress={progress} />, {
      answer: ({ path }) => {
        if (path.endsWith('/bulk/preview')) return null
        return Response.json(path.endsWith(rows.path) ? rows.answer : { actions: [action] })
      },
    })
    await screen.findByRole('button', { name: 'Ask again for 300 records' })
    expect(screen.queryByRole('dialog') !== null, JSON.stringify(records)).toBe(opens)
    cleanup()
    sessionStorage.clear()
  }
})

test('K-19 somebody else’s request offers nobody else to ask again', async () => {
  const theirs = { ...ended, requested_by: { id: 'amara', name: 'Amara Okafor' } }
  renderInConsole(<BulkProgress request={theirs} progress={progress} />, {
    answer: ({ path }) =>
      Response.json(
        path.endsWith('/rows') ? { ...progress, rows: [], next_cursor: null } : { actions: [action] },
      ),
  })
  await screen.findByText('No record is in this state.')
  expect(screen.queryByRole('button', { name: /Ask again/ })).toBeNull()
})

test('K-19 K-21 what was done to many is taken back by one request, over what still stands', async () => {
  const unfreeze: ActionDeclaration = { ...action, type: 'transfers.unfreeze_entity', title: 'Unfreeze' }
  const done: Progress = { count: 3, counts: { executed: 3 } }
  const undo = { action: unfreeze.type, title: unfreeze.title, input: {} }
  const whole = { ...ended, id: 'req_whole', bulk: done, undo }
  const rows = [1, 2, 3].map((n) => ({
    ...{ position: n, target: { kind: 'transfer', id: `tr_${n}` }, state: 'executed', summary: 'Done.' },
    request: `req_row_${n}`,
    // One has been taken back by itself.
    ...(n === 2 ? { undone_by: 'req_alone' } : {}),
  }))
  const { asked } = renderInConsole(<BulkProgress request={whole} progress={done} />, {
    answer: ({ path, body }) => {
      if (path.endsWith('/rows')) return Response.json({ ...done, rows, next_cursor: null })
      if (path === '/v1/actions') return Response.json({ actions: [action, unfreeze] })
      if (path.endsWith('/bulk')) return Response.json(pending)
      if (!path.endsWith('/bulk/preview')) return Response.json(whole)
      return Response.json({
        ...{ preview_digest: 'd1', summary: '2 go on.', changes: [], effects: [], approvals },
        count: { accepted: 2, refused: 0 },
        rows: (body as Body).rows.map(({ target }) => ({ target, accepted: true })),
        fresh_at: '2026-11-20T09:00:00Z',
      })
    },
  })
  const back = await screen.findByRole('link', { name: 'Taken back, or about to be' })
  expect(back.getAttribute('href')).toContain('/requests/req_alone')
  fireEvent.click(await screen.findByRole('button', { name: 'Undo: Unfreeze' }))
  await screen.findByRole('dialog', { name: 'Unfreeze: 2 records' })
  expect(screen.getByRole('link', { name: 'the request' }).getAttribute('href')).toContain(
    '/requests/req_whole',
  )
  await screen.findByText('2 go on.')
  fireEvent.keyDown(chooseReason('Insufficient'), { key: 'Enter' })
  fireEvent.click(await confirmButton())
  await screen.findByText(/waits for 1 more approval/)
  const [sent] = submissions(asked)
  expect(sent?.path).toBe('/v1/actions/transfers.unfreeze_entity/bulk')
  expect(sent?.body).toMatchObject({
    undoes: 'req_whole',
    rows: [{ target: transfer(1) }, { target: transfer(3) }],
  })
})

test('K-21 what is not offered to be taken back is not', async () => {
  renderInConsole(<BulkProgress request={ended} progress={progress} />, {
    answer: ({ path }) =>
      Response.json(
        path.endsWith('/rows') ? { ...progress, rows: [], next_cursor: null } : { actions: [action] },
      ),
  })
  await screen.findByText('No record is in this state.')
  expect(screen.queryByRole('button', { name: /Undo/ })).toBeNull()
})

test('K-19 the sheet names the records that go and those that are left out, and says what there is if it was wrong', async () => {
  const freeze: ActionDeclaration = { ...action, type: 'x.freeze', title: 'Freeze', inverse: 'x.release' }
  renderInConsole(
    <BulkSheet action={freeze} place="rows" targets={[1, 2, 3].map(transfer)} onClose={() => undefined} />,
    {
      answer: (asked) => {
        if (!asked.path.endsWith('/preview'))
          return Response.json({ actions: [freeze, { ...action, type: 'x.release', title: 'Release' }] })
        const rows = [1, 2, 3].map((n) => ({
          target: { ...transfer(n), title: `Record ${n} by title` },
          accepted: n !== 2,
          ...(n === 2 ? { message: 'It is frozen already.' } : {}),
        }))
        return Response.json({
          preview_digest: 'd1',
          summary: 'Two go.',
          changes: [],
          effects: [],
          count: { accepted: 2, refused: 1 },
          rows,
          approvals,
          fresh_at: '2026-11-20T09:00:00Z',
        })
      },
    },
  )
  const going = (await screen.findByText('Records that go')).closest('dt')?.nextElementSibling
  expect(going?.textContent).toBe('Record 1 by titleRecord 3 by title')
  expect(screen.getByText('Record 2 by title').closest('li')?.textContent).toContain('It is frozen already.')
  await waitFor(() =>
    expect(screen.getByText('If wrong').closest('dt')?.nextElementSibling?.textContent).toContain('Release'),
  )
})
