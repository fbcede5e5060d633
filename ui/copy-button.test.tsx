// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { CopyButton } from './copy-button.tsx'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test('X-03 X-07 a press copies the id itself, and says so to whoever cannot see the sign change', async () => {
  const written: string[] = []
  vi.stubGlobal('navigator', { clipboard: { writeText: async (text: string) => void written.push(text) } })
  render(<CopyButton value="tr_8123" label="Copy the id" doneLabel="Copied" />)
  const button = screen.getByRole('button', { name: 'Copy the id' })
  expect(button.textContent).toBe('')
  fireEvent.click(button)
  expect((await screen.findByText('Copied')).getAttribute('aria-live')).toBe('polite')
  expect(written).toEqual(['tr_8123'])
})
