// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, fireEvent, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import texts from './gateway.messages.en.json'
import type { StatusAnswer } from './gateway-data.ts'
import { overrideForm } from './override-form.tsx'

afterEach(cleanup)

const north: Entity = {
  ...{ kind: 'gateway', id: 'gw_north', version: 7, fresh_at: '2026-11-23T10:00:30Z', stale: false },
  ...{ title: 'Northgate Cards', state: 'operational', affordances: [], data: { kind: 'card' } },
}
type One = StatusAnswer['data'][number]
const one = (id: string, name: string, over: Partial<One> = {}): One => ({
  ...{ id, name, status: 'operational', override: null },
  breaker: {
    ...{ state: 'closed', since: '2026-11-20T09:00:00Z', trips: 0, reason: null },
    ...{ next_probe_at: null, forced: null, forced_until: null },
  },
  ...over,
})
const BREAKER_OPEN = { ...one('', '').breaker, state: 'open' as const }
const AWAY = {
  ...{ to: 'gw_north', percent: 100, reason: 'x' },
  ...{ since: '2026-11-23T10:00:00Z', until: '2026-11-23T11:00:00Z' },
}

function draw(input: Record<string, unknown> = {}, errors: Record<string, string> = {}) {
  const { Fields } = overrideForm
  if (Fields === undefined) throw new Error('the form has no fields')
  const given: Record<string, unknown>[] = []
  const { asked } = renderInConsole(
    <Fields entity={north} input={input} errors={errors} onChange={(next) => given.push(next)} />,
    {
      answer: () =>
        Response.json({
          data: [
            one('gw_north', 'Northgate Cards'),
            one('gw_south', 'Southbank Cards'),
            one('gw_west', 'Westway Cards', { status: 'down' }),
            one('gw_east', 'Eastern Cards', { breaker: BREAKER_OPEN }),
            one('gw_mill', 'Mill Cards', { override: AWAY }),
          ],
        }),
      texts,
    },
  )
  return { asked, given }
}

test('P-04 X-10 authorisations are sent to another gateway of the kind; one that cannot take them says why and is barred', async () => {
  const { asked, given } = draw({ percent: 100 })
  await screen.findByRole('option', { name: 'Southbank Cards' })
  const options = within(screen.getByLabelText(/Authorisations go by/)).getAllByRole<HTMLOptionElement>(
    'option',
  )
  expect(options.map(({ textContent, disabled }) => [textContent, disabled])).toEqual([
    ['Choose a gateway', false],
    ['Southbank Cards', false],
    ['Westway Cards (down)', true],
    ['Eastern Cards (breaker open)', true],
    ['Mill Cards (overridden itself)', true],
  ])
  expect(asked[0]?.params.get('kind')).toBe('card')
  fireEvent.change(screen.getByLabelText(/Authorisations go by/), { target: { value: 'gw_south' } })
  expect(given).toEqual([{ percent: 100, to: 'gw_south' }])
})

test('P-04 X-06 what is typed is sent as it is, so that a refusal names it; each refusal stands at its field', async () => {
  const { given } = draw({ to: 'gw_south' }, { percent: 'must be at most 100', until: 'must be after now' })
  await screen.findByRole('option', { name: 'Southbank Cards' })
  for (const [typed, sent] of [
    ['101', 101],
    ['half', 'half'],
    ['  ', undefined],
  ] as const) {
    fireEvent.change(screen.getByLabelText(/Percent of them/), { target: { value: typed } })
    expect(given.at(-1)).toEqual({ to: 'gw_south', percent: sent })
  }
  expect(screen.getByText('must be at most 100')).toBeTruthy()
  expect(screen.getByText('must be after now')).toBeTruthy()
})

test('P-04 it begins with all of them and an hour, never with a gateway', () => {
  const { input } = overrideForm.prefill?.(north, 'nora') ?? {}
  expect(input).toEqual({ percent: 100, until: expect.any(String) })
  const ahead = Date.parse(String(input?.until)) - Date.now()
  expect(ahead).toBeGreaterThan(59 * 60_000)
  expect(ahead).toBeLessThan(62 * 60_000)
})
