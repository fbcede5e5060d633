// @vitest-environment happy-dom
import { cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import type { Catalogue, MessageSource } from '../messages.ts'
import { renderInConsole } from '../render-in-console.tsx'
import { RunbookButton } from './runbook-button.tsx'

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

/** Texts that fail to come for so many times. */
function failing(times: number): MessageSource {
  let loads = 0
  const load = async (): Promise<{ default: Catalogue }> => {
    loads += 1
    if (loads <= times) throw new TypeError('Failed to fetch dynamically imported module')
    return { default: { 'test.when': 'The bank is away', 'test.what': 'Wait for it.' } }
  }
  return { en: load, fr: load, ar: load }
}

function draw(messages: MessageSource) {
  renderInConsole(
    <RunbookButton
      title="Returns"
      situations={[{ when: 'test.when', what: 'test.what' }]}
      guide={undefined}
      messages={messages}
    />,
    { answer: () => null },
  )
  fireEvent.click(screen.getByRole('button', { name: 'What to do' }))
}

test('T-09 X-06 what to do in a queue comes with its texts', async () => {
  draw(failing(0))
  expect(await screen.findByText('Wait for it.')).toBeTruthy()
})

test('T-09 X-06 texts that cannot be loaded are said to be missing, and are loaded anew on asking', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  draw(failing(1))
  const dialog = await screen.findByRole('dialog', { name: 'What to do' })
  expect(dialog.textContent).toContain('Could not be loaded: What to do')
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByText('Wait for it.')).toBeTruthy()
  expect(screen.queryByText(/Could not be loaded/)).toBeNull()
})
