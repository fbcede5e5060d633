// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, describe, expect, test } from 'vitest'
import { Combobox } from './combobox.tsx'
import { Field } from './field.tsx'

const choices = [
  { value: 'R01', code: 'R01', label: 'Insufficient funds' },
  { value: 'R16', code: 'R16', label: 'Account frozen' },
  { value: 'sanctions_match', label: 'Sanctions match' },
]

function Form() {
  const [value, setValue] = useState('R16')
  const [uncommitted, setUncommitted] = useState<string | null>(null)
  return (
    <>
      <Field label="Reason">
        {(control) => (
          <Combobox
            control={control}
            value={value}
            choices={choices}
            emptyText="none"
            onChange={setValue}
            onUncommitted={setUncommitted}
          />
        )}
      </Field>
      <output>{uncommitted === null ? value : `? ${uncommitted}`}</output>
    </>
  )
}

const field = () => screen.getByLabelText<HTMLInputElement>('Reason')
const outcome = () => screen.getByRole('status').textContent
afterEach(cleanup)

describe('X-04 what a field shows is what is sent', () => {
  test('X-04 text that can mean one choice becomes it when the field is left', () => {
    render(<Form />)
    fireEvent.change(field(), { target: { value: 'insuf' } })
    fireEvent.blur(field())
    expect(outcome()).toBe('R01')
    expect(field().value).toBe('R01 · Insufficient funds')
  })

  test('X-04 text that means none of them stays to be seen and is reported', () => {
    render(<Form />)
    fireEvent.change(field(), { target: { value: 'n' } })
    fireEvent.blur(field())
    expect(field().value).toBe('n')
    expect(outcome()).toBe('? n')
  })

  test('X-04 the chord that confirms a form chooses first and confirms nothing', () => {
    render(<Form />)
    fireEvent.change(field(), { target: { value: 'insuf' } })
    const confirmed = fireEvent.keyDown(field(), { key: 'Enter', ctrlKey: true })
    expect(confirmed).toBe(false)
    expect(outcome()).toBe('R01')
    expect(fireEvent.keyDown(field(), { key: 'Enter', ctrlKey: true })).toBe(true)
  })

  test('X-04 opening the list keeps what is chosen and begins at it', () => {
    render(<Form />)
    fireEvent.click(field())
    expect(field().value).toBe('R16 · Account frozen')
    expect(screen.getByRole('option', { selected: true }).textContent).toContain('Account frozen')
  })

  test('X-04 a code of our own is never shown', () => {
    render(<Form />)
    fireEvent.click(field())
    expect(screen.getByText('Sanctions match')).toBeTruthy()
    expect(screen.queryByText('sanctions_match')).toBeNull()
  })
})
