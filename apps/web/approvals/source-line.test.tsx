// @vitest-environment happy-dom
import type { SourceStatus } from '@countersign/sdk/wire/approvals.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import texts from './approvals.messages.en.json'
import { RequestList } from './request-list.tsx'
import { SourceLine } from './source-line.tsx'

const source = (name: string, status: SourceStatus['status']): SourceStatus => ({
  name,
  status,
  read_at: status === 'ok' ? new Date().toISOString() : null,
})
const drawn = { answer: () => null, texts }

afterEach(cleanup)

test('K-39 that all sources were read is said, and when', () => {
  renderInConsole(
    <SourceLine inbox={{ items: [], sources: [source('CTS', 'ok'), source('Ledger', 'ok')] }} />,
    drawn,
  )
  expect(screen.getByText(/sources: all read/).textContent).toContain('just now')
  expect(screen.queryByRole('alert')).toBeNull()
})

test('K-39 a source that cannot be read is named, and so is one that is missing', () => {
  renderInConsole(
    <SourceLine
      inbox={{
        items: [],
        sources: [source('CTS', 'ok'), source('Ledger', 'unreadable'), source('treasury', 'missing')],
      }}
    />,
    drawn,
  )
  const said = screen.getByRole('alert').textContent
  expect(said).toContain('Ledger cannot be read now')
  expect(said).toContain('treasury: requests wait that this installation cannot show')
  expect(said).not.toContain('CTS')
  expect(screen.queryByText(/all read/)).toBeNull()
})

test.each([
  [true, texts['inbox.unknown']],
  [false, texts['inbox.empty.waiting']],
])(
  'K-39 an empty list means that nothing waits only where every source was read (one was not: %j)',
  (unsure, title) => {
    renderInConsole(
      <RequestList
        tab="waiting"
        items={[]}
        pending={false}
        error={null}
        openId={undefined}
        onOpen={() => undefined}
        onRetry={() => undefined}
        more={null}
        unsure={unsure}
      />,
      drawn,
    )
    expect(screen.getByText(title)).toBeTruthy()
    const other = unsure ? texts['inbox.empty.waiting'] : texts['inbox.unknown']
    expect(screen.queryByText(other)).toBeNull()
  },
)
