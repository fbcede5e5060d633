// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, fireEvent, screen } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, expect, test } from 'vitest'
import { assignExceptionForm } from './assign-exception-form.tsx'
import { choosePartners } from './chosen-partners.ts'
import texts from './transfers.messages.en.json'

afterEach(() => {
  cleanup()
  choosePartners('exc_1', [])
})

const usd = (amount: string) => ({ amount, currency: 'USD' })
const candidate = (id: string, open: string) => ({
  ...{ id, score: 0.9, why: 'same amount' },
  partners: [
    { id, kind: 'transfer', open: usd(open), date: '2026-11-03', reference: 'INV', from: 'A', to: 'B' },
  ],
})
const entity: Entity = {
  ...{ kind: 'exception', id: 'exc_1', version: '1', fresh_at: '2026-11-20T09:00:00Z', stale: false },
  ...{ title: 'Statement line', state: 'open', affordances: [] },
  data: {
    kind: 'statement_line',
    amount: usd('-100.00'),
    candidates: [candidate('tr_1', '100.00'), candidate('tr_2', '40.00'), candidate('tr_3', '111.36')],
  },
}

let sent: Record<string, unknown> = {}
const { Fields, prefill } = assignExceptionForm
function Sheet({ begins }: { begins: Record<string, unknown> }) {
  const [input, setInput] = useState(begins)
  sent = input
  return Fields === undefined ? null : (
    <Fields entity={entity} input={input} errors={{}} onChange={setInput} />
  )
}
const draw = (begins: Record<string, unknown>) =>
  renderInConsole(<Sheet begins={begins} />, { answer: () => null, texts })
const box = (id: string) => screen.getByRole<HTMLInputElement>('checkbox', { name: `Choose ${id}` })
const field = (id: string) => screen.getByLabelText<HTMLInputElement>(new RegExp(`^Amount of .*${id}`))
const begun = () => prefill?.(entity, 'me') ?? {}

test('T-05 unticking takes a partner out of what is asked for, the last as well', () => {
  choosePartners('exc_1', [{ id: 'tr_1', open: usd('100.00') }])
  draw(begun().input ?? {})
  expect(sent.parts).toEqual([{ id: 'tr_1', amount: usd('100.00') }])
  fireEvent.click(box('tr_1'))
  expect(box('tr_1').checked).toBe(false)
  expect(sent.parts).toEqual([])
  expect(screen.queryByLabelText(/^Amount of/)).toBeNull()
})

test('T-05 what was typed for one stays when another is ticked, and the other gets what is left', () => {
  choosePartners('exc_1', [{ id: 'tr_1', open: usd('100.00') }])
  draw(begun().input ?? {})
  fireEvent.change(field('tr_1'), { target: { value: '70.00' } })
  fireEvent.click(box('tr_2'))
  expect(sent.parts).toEqual([
    { id: 'tr_1', amount: usd('70.00') },
    { id: 'tr_2', amount: usd('30.00') },
  ])
  fireEvent.click(box('tr_1'))
  expect(sent.parts).toEqual([{ id: 'tr_2', amount: usd('30.00') }])
})

test('T-05 whom it begins with is ticked, though nothing was chosen on the page', () => {
  draw({ parts: [{ id: 'tr_2', amount: usd('40.00') }] })
  expect([box('tr_1').checked, box('tr_2').checked]).toEqual([false, true])
  fireEvent.click(box('tr_2'))
  expect(sent.parts).toEqual([])
})

test('T-05 an amount that is none is told beside its field, with how it is written', () => {
  draw({ parts: [{ id: 'tr_2', amount: usd('40.00') }] })
  fireEvent.change(field('tr_2'), { target: { value: '4x' } })
  expect(screen.getByText(/^Written as .*100\.00.*, with its decimals\.$/)).toBeTruthy()
})

test('T-05 a reason is filled in where the amounts are the same, and not where something stays open', () => {
  const reasonOf = (...ids: [string, string][]) => {
    choosePartners(
      'exc_1',
      ids.map(([id, open]) => ({ id, open: usd(open) })),
    )
    return begun().reason
  }
  expect(reasonOf(['tr_1', '100.00'])).toBe('same_payment')
  expect(reasonOf(['tr_2', '40.00'], ['tr_4', '60.00'])).toBe('booked_together')
  expect(reasonOf(['tr_3', '111.36'])).toBeUndefined()
  expect(reasonOf(['tr_2', '40.00'])).toBeUndefined()
})
