// @vitest-environment happy-dom
import { cleanup, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { renderInConsole } from '../render-in-console.tsx'
import { usePreview } from './use-preview.ts'

let read: Record<string, unknown>[] = []

afterEach(() => {
  cleanup()
  read = []
})

function Sheet({ typed }: { typed: Record<string, unknown> }) {
  const { shown } = usePreview({
    of: ['erase'],
    typed,
    wanting: typed.case === undefined || typed.reason === undefined,
    read: async (input) => {
      read.push(input)
      return `of ${JSON.stringify(input)}`
    },
  })
  return <p>{shown ?? 'none'}</p>
}

test('K-15 X-05 what is still wanting is never asked about: the first preview is of all that was filled in', async () => {
  const { redraw } = renderInConsole(<Sheet typed={{}} />, { answer: () => null })
  redraw(<Sheet typed={{ case: 'C-1' }} />)
  redraw(<Sheet typed={{ case: 'C-1', reason: 'asked' }} />)
  await screen.findByText('of {"case":"C-1","reason":"asked"}')
  redraw(<Sheet typed={{ case: 'C-12', reason: 'asked' }} />)
  expect(screen.getByText('none')).toBeTruthy()
  await screen.findByText('of {"case":"C-12","reason":"asked"}')
  expect(read).toEqual([
    { case: 'C-1', reason: 'asked' },
    { case: 'C-12', reason: 'asked' },
  ])
})
