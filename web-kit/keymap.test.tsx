// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { KeymapProvider, useKeyList, useKeys } from './keymap.tsx'

const pressed: string[] = []
afterEach(() => {
  cleanup()
  pressed.length = 0
})

function Page({ modal }: { modal: boolean }) {
  useKeys('Page', [
    { keys: 'j', label: 'Next', run: () => pressed.push('next') },
    { keys: '?', label: 'Keys', run: () => pressed.push('keys') },
    { keys: 'mod+k', label: 'Search', whileTyping: true, run: () => pressed.push('search') },
    { keys: 'Enter', label: 'Open', run: () => pressed.push('open') },
  ])
  return (
    <>
      <input aria-label="field" />
      <button type="button">button</button>
      {modal ? <Modal /> : null}
      <List />
    </>
  )
}
function Modal() {
  useKeys('Modal', [{ keys: 'j', label: 'Inside', run: () => pressed.push('inside') }], { modal: true })
  return null
}
function List() {
  return (
    <output>
      {useKeyList()
        .map(({ group }) => group)
        .join(' ')}
    </output>
  )
}
const open = (modal = false) =>
  render(
    <KeymapProvider>
      <Page modal={modal} />
    </KeymapProvider>,
  )

test('X-02 a key does what it says, a shifted sign as well', () => {
  open()
  fireEvent.keyDown(document.body, { key: 'j' })
  fireEvent.keyDown(document.body, { key: '?', shiftKey: true })
  expect(pressed).toEqual(['next', 'keys'])
})

test('X-02 letters typed into a field are text; chords still count', () => {
  open()
  const field = screen.getByLabelText('field')
  fireEvent.keyDown(field, { key: 'j' })
  fireEvent.keyDown(field, { key: 'k', ctrlKey: true })
  expect(pressed).toEqual(['search'])
})

test('X-07 Enter on a control that has focus is the control’s own', () => {
  open()
  fireEvent.keyDown(screen.getByText('button'), { key: 'Enter' })
  fireEvent.keyDown(document.body, { key: 'Enter' })
  expect(pressed).toEqual(['open'])
})

test('X-04 an open sheet silences the page beneath it', () => {
  open(true)
  fireEvent.keyDown(document.body, { key: 'j' })
  fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true })
  expect(pressed).toEqual(['inside'])
})

test('X-02 the keys that count are listed by where they belong', () => {
  open(true)
  expect(screen.getByRole('status').textContent?.split(' ').sort()).toEqual(['Modal', 'Page'])
})

test('X-02 X-08 on an Arabic keyboard the keys are those with the Latin letters printed on them', () => {
  open()
  fireEvent.keyDown(document.body, { key: 'ت', code: 'KeyJ' })
  fireEvent.keyDown(document.body, { key: '؟', code: 'Slash', shiftKey: true })
  fireEvent.keyDown(document.body, { key: 'ن', code: 'KeyK', ctrlKey: true })
  expect(pressed).toEqual(['next', 'keys', 'search'])
  // Where letters are Latin, what they say counts and not where they lie.
  fireEvent.keyDown(document.body, { key: 'a', code: 'KeyJ' })
  expect(pressed).toEqual(['next', 'keys', 'search'])
})
