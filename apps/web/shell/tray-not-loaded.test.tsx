// @vitest-environment happy-dom
import { NotLoadedError } from '@countersign/web-kit/not-loaded-error.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import texts from './shell.messages.en.json'
import { TrayNotLoaded } from './tray-not-loaded.tsx'

afterEach(cleanup)

test('X-06 that the tray could not be loaded is said where it would be, can be tried again and put away', () => {
  let tried = 0
  renderInConsole(
    <TrayNotLoaded what="tray.title" error={new NotLoadedError()} onRetry={() => (tried += 1)} />,
    { answer: () => null, texts },
  )
  expect(screen.getByRole('status').textContent).toBe('Could not be loaded: Work under way')
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
  expect(tried).toBe(1)
  fireEvent.click(screen.getByRole('button', { name: 'Hide' }))
  expect(screen.queryByRole('status')).toBeNull()
})
