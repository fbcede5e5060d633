// @vitest-environment happy-dom

import type { Entity } from '@countersign/sdk/wire/entities.ts'
import type { TimelinePage } from '@countersign/sdk/wire/timeline.ts'
import { cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import type { ConsoleWeb, RecordView } from '../console-web.ts'
import { renderInConsole } from '../render-in-console.tsx'
import { Record } from './record.tsx'

const party: Entity = {
  ...{ kind: 'party', id: 'p_1', version: 1, fresh_at: '2026-11-20T09:00:00Z', stale: false },
  ...{ title: 'Y. T••••', state: 'active', data: {}, affordances: [] },
}
const console: ConsoleWeb = {
  ...{ name: 'transfers', actionForms: {}, actionKeys: {}, columnLabels: {}, hiddenColumns: [], sources: {} },
  records: {},
}
const partyView: RecordView = { name: 'transfers.kind.party', headedBy: 'title', states: {} }

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function open(
  id = 'p_1',
  more: Partial<Entity> = {},
  of: Partial<RecordView> = {},
  history: Partial<TimelinePage> = {},
): void {
  renderInConsole(
    <Record
      of={{ kind: 'party', id }}
      console={{ ...console, records: { party: { ...partyView, ...of } } }}
      me="nora"
      layout="page"
      act={undefined}
      onAct={() => undefined}
    />,
    {
      answer: ({ path }) => {
        if (path === '/v1/entities/party/p_1') return Response.json({ ...party, ...more })
        if (path === '/v1/entities/party/p_2') {
          const problem = { status: 404, code: 'not_found', detail: 'There is no party "p_2".' }
          return Response.json(problem, { status: 404 })
        }
        if (path === '/v1/actions') return Response.json({ actions: [] })
        if (path.endsWith('/timeline'))
          return Response.json({ entries: [], may_annotate: true, next_cursor: null, ...history })
        return null
      },
      texts: { 'transfers.kind.party': 'Party' },
    },
  )
}

test('X-08 the title of a record keeps its own direction: a masked name reads the same from right to left', async () => {
  open()
  const heading = await screen.findByRole('heading', { level: 1 })
  expect(heading.querySelector('bdi')?.textContent).toBe('Y.\u00a0T••••')
})

test('K-27 P-11 who may only read a record is offered to write nothing beside it, and to correct nothing', async () => {
  const note = { id: 'n1', text: 'Seen', mentions: [], corrects: null, corrected_by: null }
  const entry = {
    ...{ position: '1', at: '2026-11-20T09:00:00Z', source: 'kernel', type: 'kernel.note.written' },
    ...{ summary: 'Note', actor: { id: 'nora', name: 'Nora Lindqvist' }, note, links: [] },
  }
  open('p_1', {}, {}, { entries: [entry] })
  expect(await screen.findByRole('textbox', { name: 'Note' })).toBeDefined()
  expect(screen.getByRole('button', { name: 'Correct' })).toBeDefined()
  cleanup()
  open('p_1', {}, {}, { entries: [entry], may_annotate: false })
  expect(await screen.findByText(/a role of your own/)).toBeDefined()
  expect(screen.queryByRole('textbox', { name: 'Note' })).toBeNull()
  expect(screen.queryByRole('button', { name: 'Correct' })).toBeNull()
})

test('X-06 X-08 a record that is not there is named in the words of the page, whether or not it exists for others', async () => {
  open('p_2')
  expect(await screen.findByText('Party “p_2” does not exist, or you may not see it.')).toBeDefined()
  expect(screen.queryByText(/There is no party/)).toBeNull()
})

test('X-03 an amount in why an action is barred is written as every other', async () => {
  const reason = 'At most 100.00 USD is written off; this is 1 247.51 USD.'
  const affordance = {
    action: 'transfers.write_off',
    title: 'Write off',
    allowed: false,
    approvals: 1,
    reason,
  }
  open('p_1', { affordances: [affordance] })
  const button = await screen.findByRole('button', { name: 'Write off' })
  const said = document.getElementById(button.getAttribute('aria-describedby') ?? '')?.textContent
  expect(said).toBe('At most 100.00 USD is written off; this is 1,247.51 USD.')
})

test('X-03 the id of a record is copied from beside its title', async () => {
  const written: string[] = []
  vi.stubGlobal('navigator', { clipboard: { writeText: async (text: string) => void written.push(text) } })
  open()
  fireEvent.click(await screen.findByRole('button', { name: 'Copy id' }))
  expect(await screen.findByText('Copied')).toBeDefined()
  expect(written).toEqual(['p_1'])
})

test('X-03 P-02 what stands for all records of a kind has no timeline, no notes and no files of its own', async () => {
  open()
  expect(await screen.findByRole('heading', { name: 'Timeline' })).toBeDefined()
  cleanup()
  open('p_1', {}, { ofAll: true })
  await screen.findByRole('heading', { level: 1 })
  expect(screen.queryByRole('heading', { name: 'Timeline' })).toBeNull()
  expect(screen.queryByRole('textbox')).toBeNull()
})
