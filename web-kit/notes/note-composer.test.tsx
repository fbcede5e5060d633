// @vitest-environment happy-dom
import { createClient } from '@countersign/sdk/client.ts'
import type { TimelineNote } from '@countersign/sdk/wire/timeline.ts'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeAll, expect, test } from 'vitest'
import catalogue from '../catalogue.en.ts'
import { ClientProvider } from '../client-context.tsx'
import { KeymapProvider } from '../keymap.tsx'
import { startMessages } from '../messages.ts'
import { NoteComposer } from './note-composer.tsx'

type Sent = { path: string; key: string | null; body: unknown }
let sent: Sent[]
/** What the server answers to a note; null: it cannot be reached. */
let answer: (() => Response) | null
let records = 0

function open(more: { allowed?: boolean; correcting?: TimelineNote; id?: string } = {}) {
  sent = []
  const client = createClient({
    transport: async (url, init) => {
      const path = url.split('?')[0] ?? url
      if (path.endsWith('/people')) return Response.json({ people: [{ id: 'nora', name: 'Nora Lindqvist' }] })
      const headers = new Headers(init.headers)
      sent.push({ path, key: headers.get('idempotency-key'), body: JSON.parse(String(init.body)) })
      if (answer === null) throw new TypeError('fetch failed')
      return answer()
    },
  })
  const of = { kind: 'transfer', id: more.id ?? `tr_${++records}` }
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const drawn = render(
    <QueryClientProvider client={queries}>
      <ClientProvider client={client}>
        <KeymapProvider>
          <NoteComposer
            of={of}
            allowed={more.allowed ?? true}
            correcting={more.correcting ?? null}
            onCorrected={() => undefined}
          />
        </KeymapProvider>
      </ClientProvider>
    </QueryClientProvider>,
  )
  return { of, leave: drawn.unmount }
}
const field = () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Note' })
const type = (text: string) => fireEvent.change(field(), { target: { value: text } })
const send = () => fireEvent.click(screen.getByRole('button', { name: /Add|Send again/ }))

beforeAll(() => {
  startMessages('en', catalogue)
})
afterEach(cleanup)

test('K-27 a note is sent as it was typed, with whom it mentions, under a key of its own', async () => {
  answer = () => Response.json({ id: 'n1' }, { status: 201 })
  const { of } = open()
  type('  Please look \u{1F600}\n')
  const picker = screen.getByRole('combobox', { name: 'Mention' })
  fireEvent.focus(picker)
  fireEvent.change(picker, { target: { value: 'nor' } })
  await waitFor(() => expect(screen.getByRole('option', { name: 'Nora Lindqvist' })).toBeTruthy())
  fireEvent.keyDown(picker, { key: 'Enter' })
  expect(screen.getByRole('button', { name: 'Do not mention Nora Lindqvist' })).toBeTruthy()
  send()
  await waitFor(() => expect(screen.getByText('The note stands on the timeline.')).toBeTruthy())
  expect(sent).toMatchObject([
    {
      path: `/v1/entities/transfer/${of.id}/notes`,
      body: { text: '  Please look \u{1F600}\n', mentions: ['nora'] },
    },
  ])
  expect(sent[0]?.key).toMatch(/^[0-9a-f-]{36}$/)
  expect(field().value).toBe('')
})

test('K-27 what was typed stays where it is refused, with why', async () => {
  answer = () =>
    Response.json(
      { status: 400, title: 'Bad Request', detail: 'mentions.0: is nobody known here', errors: [] },
      { status: 400, headers: { 'content-type': 'application/problem+json' } },
    )
  open()
  type('worth keeping')
  send()
  await waitFor(() => expect(screen.getByRole('alert').textContent).toContain('is nobody known here'))
  expect(field().value).toBe('worth keeping')
})

test('K-27 C-19 without an answer it is sent again under the same key, and cannot become another note', async () => {
  answer = null
  open()
  type('once')
  send()
  await waitFor(() => expect(screen.getByRole('alert').textContent).toContain('No answer came'), {
    timeout: 20_000,
  })
  expect(field().value).toBe('once')
  expect(field().readOnly).toBe(true)
  answer = () => Response.json({ id: 'n1' }, { status: 201 })
  send()
  await waitFor(() => expect(screen.getByText('The note stands on the timeline.')).toBeTruthy())
  expect(sent.length).toBeGreaterThan(1)
  expect(new Set(sent.map(({ key }) => key)).size).toBe(1)
}, 30_000)

test('K-27 a note that was begun is there when one comes back to the record', () => {
  const { of, leave } = open()
  type('half a thought')
  leave()
  open({ id: of.id })
  expect(field().value).toBe('half a thought')
})

test('K-27 nothing, and too much, is said before it is sent', () => {
  open()
  send()
  expect(screen.getByText('Write something first.')).toBeTruthy()
  type('x'.repeat(4_003))
  expect(screen.getByText('3 characters too many.')).toBeTruthy()
  send()
  expect(sent).toEqual([])
})

test('K-27 a correction names the note it corrects, which is shown above it', async () => {
  answer = () => Response.json({ id: 'n2' }, { status: 201 })
  const wrong = { id: 'n1', text: 'The amount is 100', mentions: [], corrects: null, corrected_by: null }
  open({ correcting: wrong })
  expect(screen.getByText('The amount is 100')).toBeTruthy()
  expect(document.activeElement).toBe(field())
  type('The amount is 1 000')
  send()
  await waitFor(() => expect(sent).toMatchObject([{ body: { corrects: 'n1' } }]))
})

test('X-07 n goes to the note; Ctrl and Enter send it', async () => {
  answer = () => Response.json({ id: 'n1' }, { status: 201 })
  open()
  fireEvent.keyDown(document.body, { key: 'n' })
  expect(document.activeElement).toBe(field())
  type('by keyboard')
  fireEvent.keyDown(field(), { key: 'Enter', ctrlKey: true })
  await waitFor(() => expect(sent).toHaveLength(1))
})

test('K-27 who may not write is told so, and has no field', () => {
  open({ allowed: false })
  expect(screen.getByText('Writing takes a role of your own in this console.')).toBeTruthy()
  expect(screen.queryByRole('textbox')).toBeNull()
})
