// @vitest-environment happy-dom
import { renderInConsole } from '@countersign/web-kit/render-in-console.tsx'
import { cleanup, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import texts from './screening/screening.messages.en.json'
import { WaitingVersion } from './waiting-version.tsx'

const READS = 'requests:read'
const DECIDES = 'transfers.take_list_into_force:decide'
const data = { waiting: { published: '2026-11-20', staged_at: '2026-11-20T09:00:00Z' } }
const asked = {
  ...{ id: '01', type: 'transfers.take_list_into_force' },
  requested_by: { id: 'nora', name: 'Nora Lindqvist' },
}

afterEach(cleanup)

const draw = (permissions: string[], answer: () => Response | null) =>
  renderInConsole(<WaitingVersion list="ofac_sdn" data={data} />, { answer, texts, me: { permissions } })
const said = { nobody: /nobody has asked/i, asked: /Nora Lindqvist/ }

test('T-13 X-05 of a list that waits it is said who asks for it, or that nobody does, to whoever may know', async () => {
  draw([READS, DECIDES], () => Response.json({ requests: [asked], next_cursor: null }))
  expect(screen.queryByText(said.nobody)).toBeNull()
  expect(await screen.findByText(said.asked)).toBeTruthy()
  cleanup()
  draw([READS, DECIDES], () => Response.json({ requests: [], next_cursor: null }))
  expect(await screen.findByText(said.nobody)).toBeTruthy()
})

test('T-13 X-06 what could not be read, or this person may not know of, is not said to be not there', async () => {
  const { asked: failed, queries } = draw([READS, DECIDES], () => null)
  await waitFor(() => expect(failed.length > 0 && queries.isFetching() === 0).toBe(true))
  expect(screen.queryByText(said.nobody)).toBeNull()
  for (const permissions of [[READS], [DECIDES]]) {
    cleanup()
    const { asked: none } = draw(permissions, () => Response.json({ requests: [], next_cursor: null }))
    await new Promise((done) => setTimeout(done, 50))
    expect(screen.queryByText(said.nobody)).toBeNull()
    expect(none).toEqual([])
  }
})
