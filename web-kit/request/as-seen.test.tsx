// @vitest-environment happy-dom
import type { SeenEvidence } from '@countersign/sdk/wire/approvals.ts'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { renderInConsole } from '../render-in-console.tsx'
import { AsSeen } from './as-seen.tsx'

const asked: SeenEvidence = {
  by: { id: 'nora', name: 'Nora Lindqvist' },
  as: 'requester',
  decision: null,
  revision: 1,
  at: '2026-11-20T09:00:00Z',
  evidence: {
    preview: { summary: '12,000.00 USD leaves suspense.', changes: [], effects: [] },
    target_version: '7',
    policy_version: '4f1c',
    sources: [
      { name: 'CTS', status: 'ok', read_at: '2026-11-20T08:59:59Z' },
      { name: 'Ledger', status: 'unreadable', read_at: null },
    ],
  },
  hash: '00112233445566778899aabbccddeeff',
  intact: true,
}
const nothing = { answer: () => null }

afterEach(cleanup)

test('K-40 what was seen is shown as it was sealed: preview, version, rules, and which sources answered', () => {
  renderInConsole(<AsSeen seen={[asked]} />, nothing)
  const shown = screen.getByRole('region', { name: 'As it was seen' }).textContent
  for (const text of ['12,000.00 USD leaves suspense.', 'Record at version 7', 'Rules 4f1c']) {
    expect(shown).toContain(text)
  }
  expect(screen.getByText('CTS answered')).toBeTruthy()
  expect(screen.getByText('Ledger did not answer')).toBeTruthy()
  expect(screen.queryByText(/not as it was sealed/)).toBeNull()
})

test('K-40 a seal that is broken is said where it is broken, and nowhere else', () => {
  const approved: SeenEvidence = {
    ...asked,
    by: { id: 'amara', name: 'Amara Okafor' },
    as: 'approver',
    decision: 'approve',
  }
  renderInConsole(<AsSeen seen={[asked, { ...approved, intact: false }]} />, nothing)
  const broken = screen.getAllByText(/not as it was sealed/)
  expect(broken).toHaveLength(1)
  expect(broken[0]?.closest('summary')?.textContent).toContain('As seen by Amara Okafor')
  expect(broken[0]?.closest('summary')?.textContent).toContain('approved it')
})

test('K-40 where no preview was shown that is said', () => {
  renderInConsole(<AsSeen seen={[{ ...asked, evidence: {} }]} />, nothing)
  expect(screen.getByText('No preview was shown.')).toBeTruthy()
})
