// @vitest-environment happy-dom
import { type Asked, renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { ListLookup } from './list-lookup.tsx'
import texts from './screening/screening.messages.en.json'

afterEach(cleanup)

const ENTRIES = '/v1/sanctions-list-entries'
const entry = (uid: string, name: string) => ({ id: `ofac_sdn:${uid}`, uid, name, kind: 'individual' })

/** Three pages of one entry each, and one entry that is like every name. */
function answer({ path, params }: Asked): Response {
  if (path === `${ENTRIES}/look-up`) {
    return Response.json({
      entries: [{ ...entry('9', 'QUAYSIDE, Orrin'), matched: 'O. QUAYSIDE', score: 0.91 }],
    })
  }
  const at = Number(params.get('cursor') ?? 0)
  return Response.json({
    entries: [entry(String(at), `PAGE ${at}`)],
    previous_cursor: at > 0 ? String(at - 1) : null,
    next_cursor: at < 2 ? String(at + 1) : null,
  })
}

const draw = () => renderInConsole(<ListLookup list="ofac_sdn" />, { answer, texts })
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }))
const look = (name: string) => {
  fireEvent.change(screen.getByRole('textbox'), { target: { value: name } })
  press('Look up')
}

test('X-01 T-13 which page of a list is shown stands in the address, and there is a way back from each', async () => {
  const { address } = draw()
  press('Show all')
  expect(await screen.findByText('PAGE 0')).toBeTruthy()
  expect(screen.queryByRole('button', { name: 'Previous' })).toBeNull()
  press('Next')
  expect(await screen.findByText('PAGE 1')).toBeTruthy()
  press('Next')
  expect(await screen.findByText('PAGE 2')).toBeTruthy()
  expect(screen.queryByRole('button', { name: 'Next' })).toBeNull()
  press('Previous')
  expect(await screen.findByText('PAGE 1')).toBeTruthy()
  expect(address()).toContain('entries=')
})

test('K-30 T-13 a name that is looked up is in no address, neither the page’s nor what is asked of the server', async () => {
  const { address, asked } = draw()
  look('Orrin Quayside')
  expect(await screen.findByText('QUAYSIDE, Orrin')).toBeTruthy()
  expect(asked.map(({ method, path, params, body }) => [method, path, String(params), body])).toEqual([
    ['POST', `${ENTRIES}/look-up`, '', { list: 'ofac_sdn', name: 'Orrin Quayside' }],
  ])
  expect(address()).not.toMatch(/orrin|quayside/i)
})

test('X-01 a name that was looked up is there again for whoever comes back to the list', async () => {
  draw()
  look('Orrin Quayside')
  expect(await screen.findByText('QUAYSIDE, Orrin')).toBeTruthy()
  cleanup()
  draw()
  expect(await screen.findByText('QUAYSIDE, Orrin')).toBeTruthy()
  expect((screen.getByRole('textbox') as HTMLInputElement).value).toBe('Orrin Quayside')
  fireEvent.change(screen.getByRole('textbox'), { target: { value: '' } })
  press('Show all')
  expect(await screen.findByText('PAGE 0')).toBeTruthy()
  await waitFor(() => expect(screen.queryByText('QUAYSIDE, Orrin')).toBeNull())
})
