// @vitest-environment happy-dom
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { useLocation } from '@tanstack/react-router'
import { cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import system from './system.messages.en.json'
import { UpstreamCharts } from './upstream-charts.tsx'

afterEach(cleanup)

function Address() {
  return <output>{useLocation({ select: ({ href }) => href })}</output>
}

test('X-01 X-10 over which time an upstream is shown stands in the address, beside what else does', async () => {
  const { asked } = renderInConsole(
    <>
      <UpstreamCharts name="cts" />
      <Address />
    </>,
    { answer: () => null, texts: system },
  )
  fireEvent.click(screen.getByRole('button', { name: '7 days' }))
  await screen.findByRole('button', { name: '7 days', pressed: true })
  expect(screen.getByRole('status', { name: '' }).textContent).toMatch(/range=7d/)
  expect(asked.some(({ params }) => params.get('step') === '3600')).toBe(true)
  fireEvent.click(screen.getByRole('button', { name: '24 hours' }))
  await screen.findByRole('button', { name: '24 hours', pressed: true })
  expect(screen.getByRole('status', { name: '' }).textContent).not.toMatch(/range/)
})
