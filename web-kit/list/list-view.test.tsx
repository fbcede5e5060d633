// @vitest-environment happy-dom
import type { ListedRecord, RecordList } from '@countersign/sdk/wire/lists.ts'
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import type { ConsoleWeb } from '../console-web.ts'
import { type Asked, renderInConsole } from '../render-in-console.tsx'
import { ListView } from './list-view.tsx'

const of: RecordList = {
  kind: 'merchant',
  console: 'platform',
  title: 'Merchants',
  note: 'Only to be looked at',
  columns: [{ key: 'name', title: 'Name', type: 'text' }],
  filters: [
    { key: 'state', title: 'State', options: ['active', 'suspended'] },
    { key: 'name', title: 'Name', hint: 'How it begins' },
  ],
  actions_of: [],
}
const platform: ConsoleWeb = {
  name: 'platform',
  records: {
    merchant: {
      name: 'merchant',
      headedBy: 'title',
      states: { active: { label: 'in business', tone: 'settled' } },
    },
  },
  actionForms: {},
  actionKeys: {},
  columnLabels: {},
  hiddenColumns: [],
  sources: {},
}
const merchant = (name: string): ListedRecord => ({
  ...{ kind: 'merchant', id: `mer_${name}`, version: '1', title: name, state: 'active' },
  fields: { name },
})

// happy-dom has no popovers.
HTMLElement.prototype.hidePopover ??= () => undefined
HTMLElement.prototype.showPopover ??= () => undefined

afterEach(cleanup)

function draw(answer: (asked: Asked) => Response, list: Record<string, string> = {}, over = of) {
  const [onList, onOpen] = [vi.fn(), vi.fn()]
  const drawn = renderInConsole(
    <ListView
      {...{ of: over, console: platform, list, openId: null, onList, onOpen }}
      onEnter={() => undefined}
      onAct={() => undefined}
    />,
    { answer },
  )
  return { ...drawn, onList, onOpen }
}

test('X-02 the list is asked for as its address says, what is new is counted, and no row moves', async () => {
  let records = [merchant('first')]
  const { queries, asked } = draw(() => Response.json({ entities: records, next_cursor: null }), {
    state: 'active',
  })
  await screen.findByRole('grid', { name: 'Merchants' })
  expect(asked[0]?.params.get('state')).toBe('active')
  expect(screen.getByText('Only to be looked at')).toBeTruthy()
  records = [merchant('second'), ...records]
  await queries.invalidateQueries({ queryKey: ['list-head'] })
  fireEvent.click(await screen.findByRole('button', { name: /1 new/ }))
  await waitFor(() => expect(screen.queryByRole('button', { name: /1 new/ })).toBeNull())
})

test('X-02 Enter opens the first row, j goes to the next', async () => {
  const { onOpen } = draw(() =>
    Response.json({ entities: [merchant('first'), merchant('second')], next_cursor: null }),
  )
  await screen.findByRole('grid')
  fireEvent.keyDown(document.body, { key: 'Enter' })
  fireEvent.keyDown(document.body, { key: 'j' })
  fireEvent.keyDown(document.body, { key: 'Enter' })
  expect(onOpen.mock.calls.map(([{ id }]) => id)).toEqual(['mer_first', 'mer_second'])
})

test('X-02 a fixed value of a filter is chosen from a menu, any other is typed; its chip takes it away', async () => {
  const { onList } = draw(() => Response.json({ entities: [merchant('first')], next_cursor: null }), {
    name: 'fir',
  })
  fireEvent.click(await screen.findByRole('button', { name: '+ filter' }))
  fireEvent.click(await screen.findByRole('menuitemradio', { name: 'suspended' }))
  expect(onList).toHaveBeenLastCalledWith({ name: 'fir', state: 'suspended' })
  fireEvent.click(screen.getByRole('button', { name: '+ filter' }))
  fireEvent.click(await screen.findByRole('menuitem', { name: 'Type a value…' }))
  fireEvent.change(await screen.findByLabelText('Value'), { target: { value: ' se ' } })
  fireEvent.click(screen.getByRole('button', { name: /^Filter/ }))
  expect(onList).toHaveBeenLastCalledWith({ name: 'se' })
  fireEvent.click(screen.getByRole('button', { name: 'Remove the filter Name' }))
  expect(onList).toHaveBeenLastCalledWith({})
})

test('P-03 a filter by a record is chosen by what the record is called, and its chip says that', async () => {
  const owned: RecordList = {
    ...of,
    filters: [{ key: 'merchant_id', title: 'Merchant', record: 'merchant' }],
  }
  const grove = { id: 'mer_1', kind: 'merchant', title: 'Grove Books' }
  const other = { id: 'tr_1', kind: 'transfer', title: 'Grove, 12 USD' }
  const groups = [grove, other].map((hit) => ({ kind: hit.kind, hits: [hit] }))
  const answer = ({ path }: Asked) => {
    if (path === '/v1/search') return Response.json({ groups })
    if (path === '/v1/entities/merchant/mer_1') return Response.json({ ...grove, data: {} })
    return Response.json({ entities: [], next_cursor: null })
  }
  const { onList } = draw(answer, {}, owned)
  fireEvent.click(await screen.findByRole('button', { name: '+ filter' }))
  fireEvent.click(await screen.findByRole('menuitem', { name: 'Choose by name…' }))
  const field = await screen.findByRole('combobox')
  fireEvent.change(field, { target: { value: 'grove' } })
  // What is typed is no record yet.
  fireEvent.click(screen.getByRole('button', { name: /^Filter/ }))
  expect(onList).not.toHaveBeenCalled()
  fireEvent.pointerDown(await screen.findByRole('option', { name: /Grove Books/ }))
  expect(screen.queryByRole('option', { name: /12 USD/ })).toBeNull()
  fireEvent.click(screen.getByRole('button', { name: /^Filter/ }))
  expect(onList).toHaveBeenLastCalledWith({ merchant_id: 'mer_1' })
  cleanup()
  draw(answer, { merchant_id: 'mer_1' }, owned)
  expect(await screen.findByText('Grove Books')).toBeTruthy()
})

test('X-13 an address that asks wrongly, for a time that is none as well, leads back to the whole list', async () => {
  const problem = { type: 'about:blank', title: 'Invalid', status: 400, code: 'invalid', detail: 'no' }
  const { onList } = draw(
    () =>
      new Response(JSON.stringify(problem), { status: 400, headers: { 'content-type': 'application/json' } }),
    { state: 'gone', from: 'yesterday' },
    { ...of, filters: [...of.filters, { key: 'from', title: 'Made since', type: 'instant' }] },
  )
  expect(screen.getByText('yesterday')).toBeTruthy()
  fireEvent.click(await screen.findByRole('button', { name: 'Show the whole list' }))
  expect(onList).toHaveBeenCalledWith({})
})
