// @vitest-environment happy-dom
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { zone } from '@countersign/web-kit/preferences.ts'
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import texts from './team.messages.en.json'
import { setAbsenceForm, setWorkloadForm } from './workload-fields.tsx'

const operator: Entity = {
  kind: 'operator',
  id: 'transfers:mei',
  version: '1',
  fresh_at: '2026-11-20T09:00:00Z',
  stale: false,
  title: 'mei at transfers',
  state: 'works here',
  data: {
    skills: ['ach', 'wire'],
    max_open: 5,
    away_from: '2026-11-20T09:00:00.000Z',
    away_until: '2026-11-23T09:00:00.000Z',
  },
  affordances: [],
}

afterEach(cleanup)

test('K-26 what is sent replaces all that was said, so the form begins with it', () => {
  expect(setWorkloadForm.prefill?.(operator, 'lead')).toEqual({ input: operator.data })
  expect(setAbsenceForm.prefill?.(operator, 'mei')).toEqual({
    input: { from: '2026-11-20T09:00:00.000Z', until: '2026-11-23T09:00:00.000Z' },
  })
  const nothing = { ...operator, data: { skills: [], max_open: null, away_from: null, away_until: null } }
  expect(setWorkloadForm.prefill?.(nothing, 'lead')).toEqual({ input: { skills: [] } })
})

test('K-26 X-09 skills are typed with commas, capacity as a number, absence in the chosen zone; empty means none', () => {
  zone.write('utc')
  const { Fields } = setWorkloadForm
  if (Fields === undefined) throw new Error('the form has no fields')
  let input: Record<string, unknown> = setWorkloadForm.prefill?.(operator, 'lead').input ?? {}
  const drawn = () => (
    <Fields entity={operator} input={input} errors={{}} onChange={(next) => (input = next)} />
  )
  const { redraw } = renderInConsole(drawn(), { answer: () => null, texts })
  const type = (label: string, value: string) => {
    fireEvent.change(screen.getByLabelText(label), { target: { value } })
    redraw(drawn())
  }
  type('Skills', 'ach, sepa_ct,')
  expect(input.skills).toEqual(['ach', 'sepa_ct'])
  expect(screen.getByLabelText<HTMLInputElement>('Skills').value).toBe('ach, sepa_ct,')
  type('Open at most', '12')
  expect(input.max_open).toBe(12)
  type('Open at most', 'many')
  expect(input.max_open).toBe('many')
  type('Open at most', '')
  type('Away until', '2026-11-24T17:30')
  expect(input.away_until).toBe('2026-11-24T17:30:00.000Z')
  type('Away from', '')
  expect(JSON.parse(JSON.stringify(input))).toEqual({
    skills: ['ach', 'sepa_ct'],
    away_until: '2026-11-24T17:30:00.000Z',
  })
})
