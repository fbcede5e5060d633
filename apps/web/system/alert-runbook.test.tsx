// @vitest-environment happy-dom
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { AlertRunbook } from './alert-runbook.tsx'
import texts from './runbook.messages.en.json'

const answer = () => Response.json({})

afterEach(cleanup)

const sentences = Object.entries(texts).filter(([id]) => !id.startsWith('runbook.open.'))

test.each(sentences)('K-47 an alert itself says what to do: %s', (id, text) => {
  renderInConsole(<AlertRunbook runbook={id.replace('runbook.', '')} facts={{}} />, { answer, texts })
  expect(screen.getByText(text)).toBeTruthy()
})

test.each([
  ['emergency-in-force', { subject_kind: 'request', subject_id: 'req_1' }, '/requests/req_1'],
  ['dead-letters', { source: 'cts' }, '/system/dead-letters'],
  ['queue-late', { queue: 'transfers.returns' }, '/transfers/returns'],
  ['upstream-failing', { upstream: 'cts' }, '/entities/upstream/cts'],
  ['projection-stopped', { projection: 'transfers.returns' }, '/entities/projection/transfers.returns'],
])('K-47 X-05 %s leads to what it is about', (runbook, facts, address) => {
  renderInConsole(<AlertRunbook runbook={runbook} facts={facts} />, { answer, texts })
  expect(screen.getByRole('link').getAttribute('href')).toBe(address)
})

test.each([
  [['audit:read'], ['platform'], /^\/audit\?open=.*01a/],
  [[], ['platform'], /^\/consoles\/platform\/audit-log\?open=.*01a/],
  [[], ['transfers'], undefined],
])(
  'K-47 P-09 a security event leads whoever may %j in %j to its entry in the log that they read',
  (permissions, entered, address) => {
    const me = { permissions, consoles: entered.map((name) => ({ name, title: name })) }
    renderInConsole(<AlertRunbook runbook="security-event" facts={{ entry: '01a' }} />, { answer, texts, me })
    const href = screen.queryByRole('link')?.getAttribute('href') ?? undefined
    if (address === undefined) expect(href).toBeUndefined()
    else expect(href).toMatch(address)
  },
)

test('K-47 an alert of a console’s own names its heading and leads nowhere', () => {
  renderInConsole(<AlertRunbook runbook="our-own" facts={{}} />, { answer, texts })
  expect(screen.getByText('our-own')).toBeTruthy()
  expect(screen.queryByRole('link')).toBeNull()
})
