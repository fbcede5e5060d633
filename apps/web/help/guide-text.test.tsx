// @vitest-environment happy-dom
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { GuideText } from './guide-text.tsx'

afterEach(cleanup)

const draw = (text: string) =>
  renderInConsole(<GuideText name="returns" text={text} />, { answer: () => null })

test('T-09 a guide is shown with its headings, tables, pictures and links, in its own language', () => {
  draw(
    '# Returns\n\n## When something is refused\n\n| it says | do |\n| --- | --- |\n| *is frozen* | `wait` |\n\n![The queue](images/returns.png)\n\nSee [alerts](alerts.md#queue-late) and [the log](../audit.md).\n',
  )
  expect(screen.getByRole('article').getAttribute('lang')).toBe('en')
  expect(screen.getByRole('heading', { level: 2 }).id).toBe('when-something-is-refused')
  expect(within(screen.getByRole('table')).getByText('is frozen').tagName).toBe('EM')
  expect(screen.getByRole('img', { name: 'The queue' }).getAttribute('src')).toContain('returns')
  expect(screen.getByRole('link', { name: 'alerts' }).getAttribute('href')).toContain(
    '/help/alerts#queue-late',
  )
  // What leads out of the guides is there in words alone.
  expect(screen.queryByRole('link', { name: 'the log' })).toBeNull()
  expect(screen.getByText(/and the log\./)).toBeTruthy()
})

test('T-09 what looks like markup in a guide is text', () => {
  draw('Press <b>here</b> <script>alert(1)</script>.')
  expect(screen.getByText('Press <b>here</b> <script>alert(1)</script>.')).toBeTruthy()
})
