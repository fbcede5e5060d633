// @vitest-environment happy-dom
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ScheduleField } from './action-sheet/schedule-field.tsx'
import { SchemaForm } from './action-sheet/schema-form.tsx'
import { InstantField } from './instant-field.tsx'
import { zone } from './preferences.ts'
import { SnoozeDialog } from './queue/snooze-dialog.tsx'
import { renderInConsole } from './render-in-console.tsx'

beforeEach(() => {
  vi.stubEnv('TZ', 'America/New_York')
  zone.write('local')
})
afterEach(() => {
  cleanup()
  vi.unstubAllEnvs()
})

let given: unknown
const nothing = { answer: () => null }
const input = (label: string | RegExp) => screen.getByLabelText<HTMLInputElement>(label)
const type = (label: string | RegExp, local: string) =>
  fireEvent.change(input(label), { target: { value: local } })

function Kept({ from = '' }: { from?: string }) {
  const [value, setValue] = useState(from)
  given = value
  return <InstantField label="When" value={value} onChange={setValue} />
}

test('X-09 a time is taken in the zone that was chosen, which stands beside it', () => {
  renderInConsole(<Kept />, nothing)
  type('When', '2026-07-15T09:00')
  expect(given).toBe('2026-07-15T13:00:00.000Z')
  expect(screen.getByText('EDT')).toBeTruthy()
  cleanup()
  zone.write('utc')
  renderInConsole(<Kept />, nothing)
  type('When', '2026-07-15T09:00')
  expect(given).toBe('2026-07-15T09:00:00.000Z')
  expect(screen.getByText('UTC')).toBeTruthy()
})

test('X-09 what was given is shown in the zone that was chosen', () => {
  renderInConsole(<Kept from="2026-07-15T13:00:00Z" />, nothing)
  expect(input('When').value).toBe('2026-07-15T09:00')
  cleanup()
  zone.write('utc')
  renderInConsole(<Kept from="2026-07-15T13:00:00Z" />, nothing)
  expect(input('When').value).toBe('2026-07-15T13:00')
})

test('X-09 an hour that clocks leave out is refused as it is typed, and stays to be corrected', () => {
  renderInConsole(<Kept />, nothing)
  type('When', '2026-03-08T02:30')
  expect(given).toBe('')
  expect(screen.getByRole('alert').textContent).toContain('no such time in America/New_York')
  expect(input('When').value).toBe('2026-03-08T02:30')
  type('When', '2026-03-08T03:30')
  expect(given).toBe('2026-03-08T07:30:00.000Z')
  expect(screen.queryByRole('alert')).toBeNull()
})

test('X-09 of an hour that clocks show twice the earlier is taken, and said; the later can be chosen', () => {
  renderInConsole(<Kept />, nothing)
  type('When', '2026-11-01T01:30')
  expect(given).toBe('2026-11-01T05:30:00.000Z')
  expect(screen.getByText(/show this time twice/)).toBeTruthy()
  const which = screen.getByRole('combobox', { name: 'Which of the two' })
  expect(which.textContent).toMatch(/01:30:00 EDT.*01:30:00 EST/)
  fireEvent.change(which, { target: { value: '2026-11-01T06:30:00.000Z' } })
  expect(given).toBe('2026-11-01T06:30:00.000Z')
  expect(input('When').value).toBe('2026-11-01T01:30')
  type('When', '2026-11-01T03:00')
  expect(screen.queryByRole('combobox')).toBeNull()
})

test('K-42 when something is to be carried out is said in the chosen zone, with the latest that is allowed', () => {
  let at: string | undefined = ''
  const drawn = () => (
    <ScheduleField at={at} until="2026-07-20T16:00:00Z" error={undefined} onChange={(next) => (at = next)} />
  )
  const { redraw } = renderInConsole(drawn(), nothing)
  expect(
    screen.getByText(/At the latest 20 Jul 2026, 12:00:00 EDT|At the latest Jul 20, 2026, 12:00:00 EDT/),
  ).toBeTruthy()
  type(/carried out at/, '2026-07-15T09:00')
  expect(at).toBe('2026-07-15T13:00:00.000Z')
  fireEvent.click(screen.getByRole('button', { name: 'As soon as it is agreed to' }))
  expect(at).toBeUndefined()
  redraw(drawn())
  fireEvent.click(screen.getByRole('button', { name: 'Later…' }))
  expect(at).toBe('')
})

test('K-26 items are put off until a time of one’s own in the chosen zone', async () => {
  zone.write('utc')
  const { asked } = renderInConsole(
    <SnoozeDialog queue="transfers.returns" items={[{ id: '1' }]} onClose={() => undefined} />,
    { answer: () => Response.json({ id: 'req_1' }) },
  )
  fireEvent.click(screen.getByRole('radio', { name: 'At a time of your own' }))
  const time = screen
    .getAllByLabelText(/At a time of your own/)
    .find((one) => one.getAttribute('type') !== 'radio')
  if (time === undefined) throw new Error('there is no field for the time')
  fireEvent.change(time, { target: { value: '2026-07-15T09:00' } })
  fireEvent.click(screen.getByRole('button', { name: 'Snooze' }))
  await waitFor(() => expect(asked).toHaveLength(1))
  expect(asked[0]?.body).toMatchObject({ input: { until: '2026-07-15T09:00:00.000Z' } })
})

test('X-04 a form that follows from a declaration asks for a point in time as such', () => {
  const schema = { properties: { until: { type: 'string', format: 'date-time', maxLength: 35 } } }
  let filled: object = {}
  renderInConsole(
    <SchemaForm schema={schema} input={{}} errors={{}} onChange={(next) => (filled = next)} />,
    nothing,
  )
  type('Until', '2026-07-15T09:00')
  expect(filled).toEqual({ until: '2026-07-15T13:00:00.000Z' })
})
