// @vitest-environment happy-dom
import { createClient } from '@countersign/sdk/client.ts'
import type { Evidence } from '@countersign/sdk/wire/evidence.ts'
import type { Me } from '@countersign/sdk/wire/me.ts'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeAll, expect, test } from 'vitest'
import catalogue from '../catalogue.en.ts'
import { ClientProvider } from '../client-context.tsx'
import { KeymapProvider } from '../keymap.tsx'
import { MeProvider } from '../me-context.tsx'
import { startMessages } from '../messages.ts'
import { EvidenceSection } from './evidence-section.tsx'

const MAX_BYTES = 1_000
const me: Me = {
  person: { id: 'amara', name: 'Amara Okafor' },
  roles: ['transfers/OPS'],
  consoles: [],
  permissions: [],
  session: { expires_at: '2026-11-21T18:00:00Z', kind: 'session' },
  language: 'en',
}
const letter: Evidence = {
  id: 'transfers.1',
  entity: { kind: 'transfer', id: 'tr_1' },
  name: 'letter.pdf',
  type: 'application/pdf',
  bytes: 12_345,
  sha256: 'ab'.repeat(32),
  state: 'available',
  scan: { verdict: 'clean', detail: null },
  retention: { class: 'evidence', keep_until: '2028-11-21T09:00:00Z', legal_hold: false },
  attached_by: { id: 'nora', name: 'Nora Lindqvist' },
  at: '2026-11-21T09:00:00Z',
  removed_at: null,
}
let uploads: { url: string; headers: Headers; body: unknown }[]
/** What the server answers to a file. */
let answer: () => Response

function open(evidence: Evidence[], permissions: string[] = [], may_annotate = true) {
  uploads = []
  const client = createClient({
    transport: async (url, init) => {
      if (init.method === 'POST') {
        uploads.push({ url, headers: new Headers(init.headers), body: init.body })
        return answer()
      }
      if (url.endsWith('/v1/actions')) return Response.json({ actions: [] })
      return Response.json({
        evidence,
        next_cursor: null,
        may_annotate,
        accepts: {
          types: [{ type: 'application/pdf', title: 'PDF' }],
          max_bytes: MAX_BYTES,
          retention: [
            { name: 'evidence', title: 'Evidence: 2 years' },
            { name: 'bank_secrecy', title: 'Bank Secrecy Act: 5 years' },
          ],
        },
      })
    },
  })
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <ClientProvider client={client}>
        <KeymapProvider>
          <MeProvider me={{ ...me, permissions }}>
            <EvidenceSection of={{ kind: 'transfer', id: 'tr_1' }} />
          </MeProvider>
        </KeymapProvider>
      </ClientProvider>
    </QueryClientProvider>,
  )
}
async function choose(file: File) {
  const input = await screen.findByLabelText<HTMLInputElement>('File')
  Object.defineProperty(input, 'files', { value: [file], configurable: true })
  fireEvent.change(input)
}
const attach = () => fireEvent.click(screen.getByRole('button', { name: /Attach|Send again/ }))

beforeAll(() => {
  startMessages('en', catalogue)
})
afterEach(cleanup)

test('K-27 a file is shown with its checksum, its term and the way to it', async () => {
  open([letter])
  const link = await screen.findByRole('link', { name: 'Download letter.pdf' })
  expect(link.getAttribute('href')).toBe('/v1/entities/transfer/tr_1/evidence/transfers.1')
  expect(screen.getByText(letter.sha256)).toBeTruthy()
  expect(screen.getByRole('button', { name: 'Copy the checksum of letter.pdf' })).toBeTruthy()
  expect(screen.getByText('12.3 kB')).toBeTruthy()
  expect(screen.getByText(/kept until Nov 21, 2028/)).toBeTruthy()
})

test('K-27 what is not given out says why, and is no link', async () => {
  open([
    { ...letter, id: 'transfers.2', state: 'quarantined', scan: { verdict: 'unavailable', detail: null } },
    { ...letter, id: 'transfers.3', state: 'quarantined', scan: { verdict: 'infected', detail: 'Eicar' } },
    { ...letter, id: 'transfers.4', state: 'removed', removed_at: '2026-11-21T10:00:00Z' },
  ])
  expect(await screen.findByText(/has not seen it yet/)).toBeTruthy()
  expect(screen.getByText(/has found something in it/)).toBeTruthy()
  expect(screen.getByText('Removed at the end of its term.')).toBeTruthy()
  expect(screen.queryByRole('link')).toBeNull()
})

test('K-27 a file goes as it is, with its name, its type and how long it is kept', async () => {
  answer = () => Response.json({ id: 'transfers.9' }, { status: 201 })
  open([])
  const file = new File(['%PDF-1.7'], 'Brief № 1.pdf', { type: 'application/pdf' })
  await choose(file)
  fireEvent.change(screen.getByLabelText('Kept'), { target: { value: 'bank_secrecy' } })
  attach()
  expect(await screen.findByText('Brief № 1.pdf is attached.')).toBeTruthy()
  const [upload] = uploads
  const url = new URL(upload?.url ?? '', 'http://localhost')
  expect(Object.fromEntries(url.searchParams)).toEqual({ name: 'Brief № 1.pdf', retention: 'bank_secrecy' })
  expect(upload?.headers.get('content-type')).toBe('application/pdf')
  expect(upload?.headers.get('idempotency-key')).toMatch(/^[0-9a-f-]{36}$/)
  expect(upload?.body).toBe(file)
})

test('K-27 a refused file stays chosen, with why', async () => {
  answer = () =>
    Response.json(
      { status: 415, title: 'Unsupported Media Type', detail: 'The file cannot be attached: it is a page.' },
      { status: 415, headers: { 'content-type': 'application/problem+json' } },
    )
  open([])
  await choose(new File(['<html>'], 'page.pdf', { type: 'application/pdf' }))
  attach()
  expect((await screen.findByRole('alert')).textContent).toContain('it is a page')
  answer = () => Response.json({ id: 'transfers.9' }, { status: 201 })
  attach()
  expect(await screen.findByText('page.pdf is attached.')).toBeTruthy()
  expect(uploads).toHaveLength(2)
})

test('K-27 no file, and one that is too large, is said before it is sent', async () => {
  open([])
  await screen.findByLabelText('File')
  attach()
  expect(screen.getByText('Choose a file first.')).toBeTruthy()
  await choose(new File(['x'.repeat(MAX_BYTES + 1)], 'large.pdf', { type: 'application/pdf' }))
  attach()
  expect(screen.getByText(/at most 1 kB are taken/)).toBeTruthy()
  expect(uploads).toEqual([])
})

test('K-27 K-35 who may not attach has no form; who may hold has its button', async () => {
  open([letter], ['kernel.hold_evidence'], false)
  expect(await screen.findByRole('button', { name: 'Hold' })).toBeTruthy()
  expect(screen.queryByLabelText('File')).toBeNull()
  cleanup()
  open([letter], [], false)
  await screen.findByRole('link', { name: 'Download letter.pdf' })
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Hold' })).toBeNull())
})
