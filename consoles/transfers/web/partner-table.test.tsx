// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { choosePartners } from './chosen-partners.ts'
import { PartnerTable } from './partner-table.tsx'
import texts from './transfers.messages.en.json'

afterEach(() => {
  cleanup()
  choosePartners('exc_1', [])
})

const usd = (amount: string) => ({ amount, currency: 'USD' })
const partner = (id: string, open: string) => ({
  ...{ id, kind: 'transfer', open: usd(open), date: '2026-11-03', reference: 'INV-2231' },
  ...{ from: 'Acme LLC', to: 'N. A••••' },
})
const entity: Entity = {
  ...{ kind: 'exception', id: 'exc_1', version: '1', fresh_at: '2026-11-20T09:00:00Z', stale: false },
  ...{ title: 'Statement line', state: 'open', affordances: [] },
  data: {
    kind: 'statement_line',
    amount: usd('-1204.50'),
    candidates: [
      { id: 'tr_8123', score: 0.97, why: 'same amount', partners: [partner('tr_8123', '1204.50')] },
      {
        ...{ id: 'tr_8001', score: 0.64, why: 'sum of 2' },
        partners: [partner('tr_8001', '1200.00'), partner('tr_8002', '4.50')],
      },
    ],
  },
}
const draw = (found: object[] = []) =>
  renderInConsole(<PartnerTable entity={entity} />, {
    answer: ({ path }) => (path.endsWith('/partners') ? Response.json({ partners: found }) : null),
    texts,
  })
const sum = () => screen.getByText(/left over/).textContent?.replaceAll(/[\u2066-\u2069]/g, '')

test('T-05 candidates with score and why; what is chosen and what is left over is told as it is chosen', () => {
  draw()
  const boxes = screen.getAllByRole('checkbox')
  expect(boxes).toHaveLength(2)
  expect(screen.getByText('0.97')).toBeTruthy()
  expect(screen.getByText('sum of 2')).toBeTruthy()
  expect(sum()).toMatch(/^Selected 0\.00.USD of 1,204\.50.USD · left over 1,204\.50.USD$/)
  fireEvent.click(screen.getByRole('checkbox', { name: 'Choose tr_8001 + tr_8002' }))
  expect(sum()).toMatch(/^Selected 1,204\.50.USD of 1,204\.50.USD · left over 0\.00.USD$/)
  fireEvent.click(screen.getByRole('checkbox', { name: 'Choose tr_8001 + tr_8002' }))
  expect(sum()).toMatch(/^Selected 0\.00/)
})

test('T-05 X-02 c leads to the candidates and arrows go through them', () => {
  draw()
  fireEvent.keyDown(window, { key: 'c' })
  const [first, second] = screen.getAllByRole('checkbox')
  expect(document.activeElement).toBe(first)
  fireEvent.keyDown(first as Element, { key: 'ArrowDown' })
  expect(document.activeElement).toBe(second)
  fireEvent.keyDown(second as Element, { key: 'ArrowDown' })
  expect(document.activeElement).toBe(second)
  fireEvent.keyDown(second as Element, { key: 'ArrowUp' })
  expect(document.activeElement).toBe(first)
})

test('T-05 what no candidate fits is looked for, and chosen beside them', async () => {
  const { asked } = draw([partner('tr_8123', '1204.50'), partner('tr_9', '4.50')])
  const field = screen.getByRole('textbox', { name: 'Reference, amount or id' })
  fireEvent.change(field, { target: { value: ' INV ' } })
  fireEvent.submit(field)
  const found = await screen.findByRole('checkbox', { name: 'Choose tr_9' })
  expect(asked.at(-1)?.params.get('q')).toBe('INV')
  // Whoever is a candidate already stands there once.
  expect(screen.getAllByRole('checkbox')).toHaveLength(3)
  fireEvent.click(found)
  expect(sum()).toMatch(/^Selected 4\.50/)
})

test('T-05 what stays open of a partner that has more than the line is said where it is chosen', async () => {
  draw([partner('tr_9', '1315.86')])
  const field = screen.getByRole('textbox', { name: 'Reference, amount or id' })
  fireEvent.change(field, { target: { value: 'INV' } })
  fireEvent.submit(field)
  fireEvent.click(await screen.findByRole('checkbox', { name: 'Choose tr_9' }))
  expect(sum()).toMatch(/left over 0\.00.USD/)
  expect(sum()).toMatch(/111\.36.USD of tr_9 stays open$/)
})

test('T-05 T-07 on a copy what was proposed is told, and that nobody knows what is open of it; nothing is chosen of it', () => {
  const copied = { ...entity, stale: { reason: 'recon', age_ms: 60_000 } }
  const candidates = [
    {
      id: 'tr_8001',
      kind: 'transfer',
      score: 0.8,
      why: 'sum of 2',
      partners: null,
      with: [{ id: 'tr_8002' }],
    },
  ]
  const show = (told: object[]) =>
    renderInConsole(<PartnerTable entity={{ ...copied, data: { ...entity.data, candidates: told } }} />, {
      answer: () => null,
      texts,
    })
  show(candidates)
  const container = document.body
  expect(container.textContent).toContain('how much of them is open now is not known')
  expect(container.textContent).toContain('sum of 2')
  expect(container.textContent).toMatch(/tr_8001 \+ tr_8002 0\.80/)
  expect(screen.queryAllByRole('checkbox')).toEqual([])
  expect(container.textContent).not.toContain('Nothing looks like it')
  cleanup()
  show([])
  expect(document.body.textContent).toContain('It proposed nothing when the line was last told')
})

test('T-05 X-06 a search that fails says so, with the id of the request and a way to try again', async () => {
  let failing = true
  renderInConsole(<PartnerTable entity={entity} />, {
    answer: ({ path }) => {
      if (!path.endsWith('/partners')) return null
      return failing
        ? Response.json(
            {
              type: 'x',
              title: 'Unavailable',
              status: 503,
              detail: 'recon is away',
              code: 'x',
              request_id: 'req_7',
            },
            { status: 503, headers: { 'content-type': 'application/problem+json' } },
          )
        : Response.json({ partners: [partner('tr_9', '4.50')] })
    },
    texts,
  })
  const field = screen.getByRole('textbox', { name: 'Reference, amount or id' })
  fireEvent.change(field, { target: { value: 'INV' } })
  fireEvent.submit(field)
  expect(await screen.findByText('recon is away')).toBeTruthy()
  expect(screen.getByText('req_7')).toBeTruthy()
  failing = false
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByRole('checkbox', { name: 'Choose tr_9' })).toBeTruthy()
})
