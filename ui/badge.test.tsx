// @vitest-environment happy-dom
import { cleanup, render } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { Badge } from './badge.tsx'
import type { Tone } from './tone.ts'

afterEach(cleanup)

const TONES: Record<Tone, true> = {
  neutral: true,
  accent: true,
  danger: true,
  attention: true,
  settled: true,
}

test('X-07 the sign of a state differs by its shape, not by its colour alone', () => {
  const tones = Object.keys(TONES) as Tone[]
  const shapes = tones.map((tone) => {
    const { container } = render(<Badge tone={tone}>State</Badge>)
    return container.querySelector('path')?.getAttribute('d')
  })
  expect(shapes.every((shape) => shape)).toBe(true)
  expect(new Set(shapes).size).toBe(tones.length)
})
