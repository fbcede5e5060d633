// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { transferView } from './transfer-view.tsx'
import texts from './transfers.messages.en.json'

afterEach(cleanup)

const { Lead } = transferView
const lead = (side: 'debit' | 'credit') => {
  if (!Lead) throw new Error('a transfer has nothing beneath its title')
  const data = {
    ...{ side, rail: 'ach', direction: 'outgoing', amount: { amount: '198.14', currency: 'USD' } },
    originator: { party_id: 'pty_1', name: 'Harborline LLC', account: '••••1252' },
    receiver: { party_id: 'pty_2', name: 'D. A••••', account: '••••8586' },
  }
  const entity = { kind: 'transfer', id: 'tr_1', data } as unknown as Entity
  renderInConsole(<Lead entity={entity} />, { answer: () => null, texts })
  const said = screen.getByRole('img', { name: 'to' }).closest('div')?.textContent ?? ''
  cleanup()
  return said
}

test('X-03 T-01 the arrow of a transfer goes the way of its money, and a debit is called one', () => {
  expect(lead('credit')).toMatch(/Harborline.*→.*D\. A/)
  expect(lead('credit')).not.toContain('debit')
  expect(lead('debit')).toMatch(/D\. A.*→.*Harborline.*debit/)
})

test('T-03 X-03 a deadline that lies behind says that it is over, one ahead how long there is', () => {
  const { Body } = transferView
  if (!Body) throw new Error('a transfer has no facts')
  const at = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
  const said = (days: number) => {
    const data = { return: { waits: true, dishonour_by: at(days) } }
    const entity = { kind: 'transfer', id: 'tr_1', data } as unknown as Entity
    renderInConsole(<Body entity={entity} />, { answer: () => null, texts })
    const shown = screen.getByText('Dishonour until').nextElementSibling?.textContent ?? ''
    cleanup()
    return shown
  }
  expect(said(-18.2)).toMatch(/^over for 18d/)
  expect(said(3.2)).toMatch(/^in 3d/)
})

test('T-03 X-03 a booked return says until when it can be dishonoured, and nothing once it no longer can', () => {
  const { Body } = transferView
  if (!Body) throw new Error('a transfer has no facts')
  const at = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
  const says = (days: number, more: object = {}, data: object = {}) => {
    const received = { waits: false, case: 'book', code: 'R03', dishonour_by: at(days), ...more }
    const entity = { kind: 'transfer', id: 'tr_1', data: { return: received, ...data } } as unknown as Entity
    renderInConsole(<Body entity={entity} />, { answer: () => null, texts })
    const shown = screen.queryByText('Dishonour until') !== null
    cleanup()
    return shown
  }
  expect(says(3)).toBe(true)
  expect(says(-1)).toBe(false)
  expect(says(3, { dishonour: { code: 'R61' } })).toBe(false)
  expect(says(3, {}, { sent_again_as: 'tr_2' })).toBe(false)
})
