// @vitest-environment happy-dom
import { zone } from '@countersign/web-kit/preferences.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import texts from './audit.messages.en.json'
import { AuditFilters } from './audit-filters.tsx'

afterEach(() => {
  cleanup()
  vi.unstubAllEnvs()
})

test('X-09 from when the log is read is said in the chosen zone; a time that is none narrows nothing', () => {
  vi.stubEnv('TZ', 'America/New_York')
  zone.write('local')
  let filters = {}
  renderInConsole(<AuditFilters filters={filters} onChange={(next) => (filters = next)} />, {
    answer: () => null,
    texts,
  })
  fireEvent.change(screen.getByLabelText(texts['audit.filter.by']), { target: { value: 'from' } })
  const at = screen.getByLabelText(texts['audit.filter.from'], { selector: 'input' })
  fireEvent.change(at, { target: { value: '2026-03-08T02:30' } })
  fireEvent.click(screen.getByRole('button', { name: texts['audit.filter.add'] }))
  expect(filters).toEqual({})
  fireEvent.change(at, { target: { value: '2026-03-08T03:30' } })
  fireEvent.click(screen.getByRole('button', { name: texts['audit.filter.add'] }))
  expect(filters).toEqual({ from: '2026-03-08T07:30:00.000Z' })
})
