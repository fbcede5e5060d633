// @vitest-environment happy-dom
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { Component, type ComponentType, type ReactNode, Suspense, useState } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { draftOf, keepDraft } from './action-sheet/drafts.ts'
import { lazyDialog, lazyPart } from './lazy-part.tsx'
import { keepNoteDraft, noteDraftOf } from './notes/note-drafts.ts'
import { renderInConsole } from './render-in-console.tsx'

const GONE = new TypeError(
  'Failed to fetch dynamically imported module: http://console.test/assets/part-1.js',
)
const texts = { 'test.part': 'Names of the ship' }
const sheet = { place: 'transfer:tr_1', type: 'transfers.return_transfer' }

let reloaded = 0
let serverAnswers: () => Promise<Response>

beforeEach(() => {
  reloaded = 0
  serverAnswers = async () => new Response('', { status: 200 })
  vi.spyOn(window.location, 'reload').mockImplementation(() => {
    reloaded += 1
  })
  vi.stubGlobal('fetch', () => serverAnswers())
  // React tells the console of what is caught, too.
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
})
afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  sessionStorage.clear()
})

/** Loads in vain for so many times. */
function failing(times: number, part: () => ReactNode = () => <p>Here it is</p>) {
  let loads = 0
  const load = async () => {
    loads += 1
    if (loads <= times) throw GONE
    return { default: part }
  }
  return { load, loads: () => loads }
}

function Opener({ Asked }: { Asked: ComponentType<{ onClose: () => void }> }) {
  const [open, setOpen] = useState(true)
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Open
      </button>
      {open ? <Asked onClose={() => setOpen(false)} /> : null}
    </>
  )
}

class Caught extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null }
  static getDerivedStateFromError(error: unknown) {
    return { error }
  }
  override render() {
    return this.state.error === null ? this.props.children : <p>{String(this.state.error)}</p>
  }
}

function draw(within: ReactNode) {
  renderInConsole(
    <>
      <p>The rest of the page</p>
      <Suspense>{within}</Suspense>
    </>,
    { answer: () => null, texts },
  )
}

const again = async () => fireEvent.click(await screen.findByRole('button', { name: 'Try again' }))

test('X-06 a part that cannot be loaded says what it is in its own place, and is loaded anew on asking', async () => {
  const { load } = failing(1)
  const Part = lazyPart(load, 'test.part')
  draw(<Part />)
  expect((await screen.findByRole('alert')).textContent).toContain('Could not be loaded: Names of the ship')
  expect(screen.getByText('The rest of the page')).toBeTruthy()
  await again()
  expect(await screen.findByText('Here it is')).toBeTruthy()
  expect(screen.queryByRole('alert')).toBeNull()
  expect(reloaded).toBe(0)
})

test('X-06 what is gone for good is got by loading the page anew, and what was typed is there again for whoever typed it', async () => {
  keepDraft(sheet, { note: 'the bank called' })
  keepNoteDraft('transfer:tr_1', { text: 'half a note', people: [] })
  const Part = lazyPart(failing(Number.POSITIVE_INFINITY).load, 'test.part')
  draw(<Part />)
  await again()
  await waitFor(() => expect(reloaded).toBe(1))

  const comeBack = async (person: string) => {
    vi.resetModules()
    const kept = sessionStorage.getItem('countersign.reload') ?? ''
    const { backFromReload } = await import('./reload-keeping.ts')
    backFromReload(person)
    expect(sessionStorage.getItem('countersign.reload')).toBeNull()
    sessionStorage.setItem('countersign.reload', kept)
    return {
      sheet: (await import('./action-sheet/drafts.ts')).draftOf(sheet),
      note: (await import('./notes/note-drafts.ts')).noteDraftOf('transfer:tr_1').text,
    }
  }
  expect(await comeBack('amara')).toEqual({ sheet: undefined, note: '' })
  expect(await comeBack('nora')).toEqual({ sheet: { note: 'the bank called' }, note: 'half a note' })
  vi.useFakeTimers({ now: Date.now() + 10 * 60_000 + 1, toFake: ['Date'] })
  expect(await comeBack('nora')).toEqual({ sheet: undefined, note: '' })
  vi.useRealTimers()
  // Nothing of it was lost where the page still is.
  expect([draftOf(sheet), noteDraftOf('transfer:tr_1').text]).toEqual([
    { note: 'the bank called' },
    'half a note',
  ])
})

test('X-06 while the server does not answer the page is left as it is, and what was typed is put nowhere', async () => {
  keepDraft(sheet, { note: 'the bank called' })
  const { load, loads } = failing(Number.POSITIVE_INFINITY)
  const Part = lazyPart(load, 'test.part')
  draw(<Part />)
  for (const [tries, answers] of [
    async () => new Response('', { status: 502 }),
    () => Promise.reject(new TypeError('fetch failed')),
  ].entries()) {
    let asked = 0
    serverAnswers = () => {
      asked += 1
      return answers()
    }
    await again()
    await waitFor(() => expect([loads(), asked]).toEqual([tries + 2, 1]))
    await new Promise((resolve) => setTimeout(resolve))
  }
  expect(reloaded).toBe(0)
  expect(sessionStorage.length).toBe(0)
  expect(screen.getByRole('alert').textContent).toContain('Could not be loaded')
})

test('X-06 a dialog that cannot be loaded is a dialog that says so; closed and opened again it is loaded anew', async () => {
  const { load } = failing(1)
  const Asked = lazyDialog<{ onClose: () => void }>(load, 'test.part')
  draw(<Opener Asked={Asked} />)
  const dialog = await screen.findByRole('dialog', { name: 'Names of the ship' })
  expect(dialog.textContent).toContain('Could not be loaded: Names of the ship')
  fireEvent.click(screen.getByRole('button', { name: /^Close/ }))
  expect(screen.queryByRole('dialog')).toBeNull()
  fireEvent.click(screen.getByRole('button', { name: 'Open' }))
  expect(await screen.findByText('Here it is')).toBeTruthy()
})

test('X-06 of a part that was loaded and cannot be drawn nobody is told that it was not loaded', async () => {
  const Part = lazyPart(
    failing(0, () => {
      throw new Error('no such ship')
    }).load,
    'test.part',
  )
  draw(
    <Caught>
      <Part />
    </Caught>,
  )
  expect(await screen.findByText('Error: no such ship')).toBeTruthy()
  expect(screen.queryByText(/Could not be loaded/)).toBeNull()
})
