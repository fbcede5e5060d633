// @vitest-environment happy-dom
import { createClient } from '@countersign/sdk/client.ts'
import type { ActionDeclaration } from '@countersign/sdk/wire/actions.ts'
import type { Entity } from '@countersign/sdk/wire/entities.ts'
import type { Me } from '@countersign/sdk/wire/me.ts'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import {
  createMemoryHistory,
  createRootRoute,
  createRouter,
  RouterContextProvider,
} from '@tanstack/react-router'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import catalogue from '../catalogue.en.ts'
import { ClientProvider } from '../client-context.tsx'
import { KeymapProvider } from '../keymap.tsx'
import { MeProvider } from '../me-context.tsx'
import { startMessages } from '../messages.ts'
import { ActionSheet } from './action-sheet.tsx'

const action: ActionDeclaration = {
  type: 'transfers.return_transfer',
  title: 'Return transfer',
  console: 'transfers',
  risk: 'high',
  moves_money: true,
  input_schema: { type: 'object', properties: {} },
  target_kind: 'transfer',
  reasons: [
    { code: 'R01', title: 'Insufficient funds' },
    { code: 'R10', title: 'Not authorised', note_required: true },
  ],
  doors: [],
}
const entity: Entity = {
  kind: 'transfer',
  id: 'tr_1',
  version: '3',
  fresh_at: '2026-11-20T09:00:00Z',
  stale: false,
  title: 'Transfer tr_1',
  state: 'return received',
  data: {},
  affordances: [],
}
const me: Me = {
  person: { id: 'nora', name: 'Nora Lindqvist' },
  roles: ['transfers/OPS'],
  consoles: [],
  permissions: [],
  session: { expires_at: '2026-11-21T18:00:00Z', kind: 'session' },
  language: 'en',
}
const preview = (digest: string) => ({
  preview_digest: digest,
  summary: `It does ${digest}.`,
  changes: [],
  effects: [],
  target_version: '3',
  fresh_at: '2026-11-20T09:00:00Z',
  approvals: { required: 1, eligible_roles: ['transfers/ADMIN'], expires_in_s: 3600, eligible_people: [] },
})
const pending = {
  id: 'req_1',
  type: action.type,
  title: action.title,
  state: 'pending',
  revision: 1,
  target: { kind: 'transfer', id: 'tr_1' },
  digest: 'sha256:0',
  approvals: { required: 1, given: [] },
  requested_by: { id: 'p', name: 'Ann' },
  created_at: '2026-11-20T09:00:00Z',
  transitions: [],
}

type Submitted = {
  key: string | null
  body: { preview_digest: string; reason: { code: string; note?: string }; emergency?: true }
}

/** A server of two doors: previews are numbered, submissions answer what the test says. */
function serve(
  answers: (() => Response | Promise<Response>)[],
  request: object = pending,
  more: object = {},
) {
  const submitted: Submitted[] = []
  let previews = 0
  const json = (body: unknown, status = 200) => Response.json(body, { status })
  const client = createClient({
    transport: async (url, init) => {
      if (url.endsWith('/preview')) {
        previews += 1
        const schedule_until = `2199-12-01T00:00:0${previews % 10}Z`
        return json({
          ...preview(`p${previews}`),
          schedule_until,
          target_version: `${previews + 2}`,
          ...more,
        })
      }
      if (url.startsWith('/v1/requests/')) return json(request)
      submitted.push({
        key: new Headers(init.headers).get('idempotency-key'),
        body: JSON.parse(String(init.body)) as Submitted['body'],
      })
      const answer = answers.shift()
      if (answer === undefined) throw new Error('the test gave no further answer')
      return answer()
    },
  })
  return { client, submitted }
}

function open(
  client: ReturnType<typeof createClient>,
  of: Entity = entity,
  declared = action,
  onClose: () => void = () => undefined,
) {
  const router = createRouter({ routeTree: createRootRoute(), history: createMemoryHistory() })
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <ClientProvider client={client}>
        <KeymapProvider>
          <RouterContextProvider router={router}>
            <MeProvider me={me}>
              <ActionSheet
                action={declared}
                entity={of}
                form={{ prefill: () => ({ reason: 'R01' }) }}
                onClose={onClose}
              />
            </MeProvider>
          </RouterContextProvider>
        </KeymapProvider>
      </ClientProvider>
    </QueryClientProvider>,
  )
}

const confirmButton = () => screen.getByText('Ask for approval')
const refuse =
  (status: number, code: string, more: object = {}) =>
  () =>
    new Response(
      JSON.stringify({ type: 'about:blank', title: 'No', status, code, detail: 'It is refused.', ...more }),
      {
        status,
        headers: { 'content-type': 'application/problem+json' },
      },
    )

beforeAll(() => {
  startMessages('en', catalogue)
})
afterEach(cleanup)

describe('X-04 the action sheet', () => {
  test('K-15 what is confirmed is the preview on the screen, by its digest', async () => {
    const { client, submitted } = serve([() => Response.json(pending, { status: 202 })])
    open(client)
    await screen.findByText('It does p1.')
    fireEvent.click(confirmButton())
    // K-16: in which role somebody agrees to it stands there too, where nobody is named.
    await screen.findByText('Asked. It waits for 1 more approval, by transfers/ADMIN.')
    expect(submitted).toHaveLength(1)
    expect(submitted[0]?.body).toMatchObject({
      preview_digest: 'p1',
      expected_version: '3',
      reason: { code: 'R01' },
    })
  })

  test('X-04 K-16 what is asked waits for whoever was named, or for another in their role', async () => {
    const eligible_people = [{ id: 'amara', name: 'Amara Okafor' }]
    const approvals = {
      required: 1,
      eligible_roles: ['transfers/ADMIN'],
      expires_in_s: 3600,
      eligible_people,
    }
    const { client } = serve([() => Response.json(pending, { status: 202 })], pending, { approvals })
    open(client, { ...entity, id: 'tr_named' })
    await screen.findByText('It does p1.')
    fireEvent.click(confirmButton())
    await screen.findByText('Asked. It waits for 1 more approval, by Amara Okafor (transfers/ADMIN).')
  })

  test.each([
    ['transfers.reveal_transfer', 1],
    ['transfers.return_transfer', 0],
  ])(
    'K-30 X-04 once %s is carried out its sheet closes by itself %i times: a value that is shown stands behind it',
    async (type, times) => {
      const executed = { ...pending, state: 'executed' as const }
      const { client } = serve([() => Response.json(executed)], executed)
      const onClose = vi.fn()
      open(client, { ...entity, id: `tr_${times}` }, { ...action, type }, onClose)
      await screen.findByText('It does p1.')
      fireEvent.click(confirmButton())
      await screen.findByText(/^Carried out/)
      expect(onClose).toHaveBeenCalledTimes(times)
    },
  )

  test('X-04 X-08 what has to be filled in is marked before anything is pressed, for those who hear the page too', async () => {
    const { client } = serve([])
    open(client, { ...entity, id: 'tr_marked' })
    const marked = (label: string) =>
      screen.getByText(label, { selector: 'label' }).dataset.required === 'true'
    const told = (label: string) => screen.getByLabelText(label).getAttribute('aria-required') === 'true'
    expect([marked('Reason'), told('Reason')]).toEqual([true, true])
    expect([marked('Note'), told('Note')]).toEqual([false, false])
  })

  test('T-06 X-05 whether a reason takes a note is as the server says of this record', async () => {
    const reasons = [{ code: 'R01', title: 'Insufficient funds', note_required: true }]
    const { client } = serve([], pending, { reasons })
    open(client, { ...entity, id: 'tr_noted' })
    await screen.findByText('It does p1.')
    await waitFor(() => expect(screen.queryByText(/^Optional/)).toBeNull())
  })

  test('T-06 X-05 which reasons there are, and that each takes a note, stands there before anything is filled in', async () => {
    const { client } = serve([])
    const reasons = [
      { code: 'R01', title: 'Insufficient funds', note_required: true },
      { code: 'R10', title: 'Not authorised', note_required: true },
    ]
    const affordance = { action: action.type, title: action.title, allowed: true, approvals: 1 }
    const wanting = {
      ...action,
      input_schema: { type: 'object', properties: { days: { type: 'integer' } }, required: ['days'] },
      reasons: [...reasons, { code: 'R03', title: 'No account' }],
    } as ActionDeclaration
    open(client, { ...entity, id: 'tr_narrowed', affordances: [{ ...affordance, reasons }] }, wanting)
    await screen.findByText('Required with each of these reasons.')
    expect(screen.queryByText(/^Optional/)).toBeNull()
    fireEvent.keyDown(screen.getByLabelText('Reason'), { key: 'ArrowDown' })
    expect(screen.getAllByRole('option').map(({ textContent }) => textContent)).toHaveLength(2)
    expect(screen.queryByRole('option', { name: /No account/ })).toBeNull()
  })

  test('K-15 X-04 pressed while what it does is being read, the key says that nothing was sent, and why', async () => {
    const { client, submitted } = serve([() => Response.json(pending, { status: 202 })])
    open(client, { ...entity, id: 'tr_pressed' })
    fireEvent.keyDown(window, { key: 'Enter', ctrlKey: true })
    const said = 'What it does now is being read. Nothing is sent before you can see it.'
    expect(screen.getByText(said, { selector: '[role="status"]' })).toBeTruthy()
    expect(confirmButton().closest('button')?.getAttribute('aria-disabled')).toBe('true')
    await screen.findByText('It does p1.')
    await waitFor(() => expect(screen.queryByText(said, { selector: '[role="status"]' })).toBeNull())
    expect(submitted).toEqual([])
    fireEvent.keyDown(window, { key: 'Enter', ctrlKey: true })
    await screen.findByText(/It waits for 1 more approval/)
    expect(submitted).toHaveLength(1)
  })

  test('K-12 a double click asks once', async () => {
    const { client, submitted } = serve([
      () => new Promise((done) => setTimeout(() => done(Response.json(pending, { status: 202 })), 20)),
    ])
    open(client)
    await screen.findByText('It does p1.')
    const button = confirmButton()
    fireEvent.click(button)
    fireEvent.click(button)
    fireEvent.keyDown(window, { key: 'Enter', ctrlKey: true })
    await screen.findByText(/It waits for 1 more approval/)
    expect(submitted).toHaveLength(1)
  })

  test('K-12 a retry after a lost answer carries the same key and body', async () => {
    const { client, submitted } = serve([
      () => Promise.reject(new TypeError('network')),
      () => Response.json(pending, { status: 202 }),
    ])
    open(client)
    await screen.findByText('It does p1.')
    fireEvent.click(confirmButton())
    await screen.findByText(/It waits for 1 more approval/, {}, { timeout: 4_000 })
    expect(submitted).toHaveLength(2)
    expect(submitted[1]).toEqual(submitted[0])
    expect(submitted[0]?.key).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('K-15 a preview gone stale is shown anew, what was typed stays, and nothing was sent twice', async () => {
    const { client, submitted } = serve([
      refuse(409, 'preview_stale'),
      () => Response.json(pending, { status: 202 }),
    ])
    open(client)
    await screen.findByText('It does p1.')
    fireEvent.change(screen.getByLabelText('Note'), { target: { value: 'they called' } })
    fireEvent.click(confirmButton())
    await screen.findByText(/It changed while you were filling this in/)
    const renewed = await screen.findByText(/It does p[2-9]\./)
    expect(screen.getByLabelText<HTMLTextAreaElement>('Note').value).toBe('they called')
    fireEvent.click(confirmButton())
    await screen.findByText(/It waits for 1 more approval/)
    expect(submitted[1]?.body.preview_digest).toBe(/p\d/.exec(renewed.textContent ?? '')?.[0])
    expect(submitted[1]?.key).not.toBe(submitted[0]?.key)
  })

  test('X-04 a refused field says so beside itself', async () => {
    const { client } = serve([
      refuse(400, 'invalid', {
        errors: [{ field: 'reason.code', message: 'not of this rail', allowed: ['R02'] }],
      }),
    ])
    open(client)
    await screen.findByText('It does p1.')
    fireEvent.click(confirmButton())
    await screen.findByText('not of this rail (R02)')
    const field = screen.getByLabelText('Reason')
    expect(field.getAttribute('aria-invalid')).toBe('true')
    const described = (field.getAttribute('aria-describedby') ?? '').split(' ')
    await waitFor(() =>
      expect(described.map((id) => document.getElementById(id)?.textContent)).toContain(
        'not of this rail (R02)',
      ),
    )
  })

  test('K-13 without the note that a code asks for, nothing is sent', async () => {
    const { client, submitted } = serve([])
    open(client)
    await screen.findByText('It does p1.')
    const reason = screen.getByLabelText('Reason')
    fireEvent.click(reason)
    fireEvent.change(reason, { target: { value: 'R10' } })
    fireEvent.keyDown(reason, { key: 'Enter' })
    await screen.findByText(/It does p[2-9]\./)
    fireEvent.click(confirmButton())
    await waitFor(() => expect(screen.getByLabelText('Note').getAttribute('aria-invalid')).toBe('true'))
    expect(submitted).toEqual([])
  })

  test('X-04 T-06 a note that was refused is looked at again once it holds what the declaration asks for', async () => {
    const least = String.raw`\d{4}`
    const client = createClient({
      transport: async (_url, init) => {
        const { reason } = JSON.parse(String(init.body)) as { reason?: { code: string; note?: string } }
        const short = reason?.code === 'R10' && !new RegExp(least).test(reason.note ?? '')
        return short ? refuse(400, 'invalid_request')() : Response.json(preview(reason?.note ?? 'nothing'))
      },
    })
    const reasons = action.reasons.map((one) =>
      one.note_required === true ? { ...one, note_pattern: least } : one,
    )
    open(client, { ...entity, id: 'tr_worded' }, { ...action, reasons })
    const reason = await screen.findByLabelText('Reason')
    fireEvent.click(reason)
    fireEvent.change(reason, { target: { value: 'R10' } })
    fireEvent.keyDown(reason, { key: 'Enter' })
    fireEvent.change(screen.getByLabelText('Note'), { target: { value: 'They called' } })
    await screen.findAllByText('It is refused.')
    fireEvent.change(screen.getByLabelText('Note'), { target: { value: 'They called in 2026' } })
    await screen.findByText('It does They called in 2026.')
  })

  test('X-04 a reason that is half typed is no reason: nothing is sent, and Escape brings back the one before', async () => {
    const { client, submitted } = serve([() => Response.json(pending, { status: 202 })])
    open(client)
    await screen.findByText('It does p1.')
    const reason = screen.getByLabelText<HTMLInputElement>('Reason')
    const before = reason.value
    fireEvent.click(reason)
    fireEvent.change(reason, { target: { value: 'R' } })
    fireEvent.keyDown(window, { key: 'Enter', ctrlKey: true })
    await waitFor(() => expect(screen.getByLabelText('Reason').getAttribute('aria-invalid')).toBe('true'))
    expect(submitted).toEqual([])
    fireEvent.keyDown(screen.getByLabelText('Reason'), { key: 'Escape' })
    expect(screen.getByLabelText<HTMLInputElement>('Reason').value).toBe(before)
  })

  test('X-04 what is typed and not chosen is not sent', async () => {
    const { client, submitted } = serve([])
    open(client, { ...entity, id: 'tr_typed' })
    await screen.findByText('It does p1.')
    const reason = screen.getByLabelText('Reason')
    fireEvent.change(reason, { target: { value: 'i' } })
    fireEvent.keyDown(reason, { key: 'Enter', ctrlKey: true })
    fireEvent.blur(reason)
    await screen.findByText(/It does p[2-9]\./)
    fireEvent.click(confirmButton())
    await screen.findByText(/“i” is no reason yet/)
    expect(submitted).toEqual([])
  })

  test('X-04 a sheet that was closed gives back what was typed into it', async () => {
    const record = { ...entity, id: 'tr_draft' }
    const { client } = serve([])
    open(client, record)
    await screen.findByText('It does p1.')
    fireEvent.change(screen.getByLabelText('Note'), { target: { value: 'the bank called' } })
    cleanup()
    open(client, record)
    expect(screen.getByLabelText<HTMLTextAreaElement>('Note').value).toBe('the bank called')
    expect(screen.getByText(/it was not sent/)).toBeTruthy()
    cleanup()
    open(client, { ...entity, id: 'tr_other' })
    expect(screen.getByLabelText<HTMLTextAreaElement>('Note').value).toBe('')
  })

  test('X-04 whoever confirms with something missing is led to it, and what is missing is said once', async () => {
    const reasons = [{ code: 'R01', title: 'Insufficient funds', note_required: true }]
    const { client, submitted } = serve([], pending, { reasons })
    open(client, { ...entity, id: 'tr_led' })
    await screen.findByText('It does p1.')
    const note = await screen.findByRole('textbox', { name: 'Note' })
    fireEvent.click(confirmButton())
    await waitFor(() => expect(document.activeElement).toBe(note))
    expect(screen.getAllByText('Required with this reason.')).toHaveLength(1)
    expect(submitted).toEqual([])
  })

  test('X-04 once it is asked for, the focus is on what closes the sheet', async () => {
    const { client } = serve([() => Response.json(pending, { status: 202 })])
    open(client, { ...entity, id: 'tr_focus' })
    await screen.findByText('It does p1.')
    fireEvent.click(confirmButton())
    await screen.findByText(/It waits for 1 more approval/)
    await waitFor(() => expect(document.activeElement?.textContent).toContain('Close'))
  })

  test('X-05 a request that failed says why and what to do', async () => {
    const failed = {
      ...pending,
      id: 'req_failed',
      state: 'failed',
      transitions: [
        { from: 'dispatching', to: 'failed', at: '2026-11-20T09:00:00Z', why: 'The party is frozen.' },
      ],
    }
    const { client } = serve([() => Response.json(failed)], failed)
    open(client, { ...entity, id: 'tr_failed' })
    await screen.findByText('It does p1.')
    fireEvent.click(confirmButton())
    await screen.findByText('The party is frozen.')
    await screen.findByText(/ask again once the cause is gone/)
  })
})

describe('K-39 what else waits on the record', () => {
  const beside = [
    {
      ...{ id: 'req_9', type: 'transfers.send_again', title: 'Send again', state: 'pending', excludes: true },
      ...{ requested_by: { id: 'ann', name: 'Ann Lee' }, created_at: '2026-11-20T08:00:00Z' },
    },
  ]

  test('K-39 X-04 the sheet says what else has been asked for, by whom, and that only one of the two can be done', async () => {
    const { client } = serve([], pending, { beside })
    open(client, { ...entity, id: 'tr_beside' })
    const said = await screen.findByText(/Send again has been asked for on this record too, by Ann Lee/)
    expect(said.textContent).toContain('Only one of the two can be done')
  })

  test('K-39 what does not stand in its way is said without that', async () => {
    const { client } = serve([], pending, { beside: beside.map((one) => ({ ...one, excludes: false })) })
    open(client, { ...entity, id: 'tr_beside2' })
    const said = await screen.findByText(/Send again has been asked for on this record too/)
    expect(said.textContent).not.toContain('Only one of the two')
  })
})

describe('K-42 X-04 asked for at a time', () => {
  const AT = '2199-03-01T09:30:00Z'

  test('X-04 the time stands where it is confirmed and in what came of it; the keyboard does not lose its place', async () => {
    const scheduled = { ...pending, scheduled_for: AT }
    const { client } = serve([() => Response.json(scheduled, { status: 202 })], scheduled, {
      schedule_until: '2199-12-01T00:00:00Z',
    })
    open(client, { ...entity, id: 'tr_later' })
    fireEvent.click(await screen.findByText('Later…'))
    const field = screen.getByLabelText<HTMLInputElement>('To be carried out at')
    expect(document.activeElement).toBe(field)
    fireEvent.click(screen.getByText('As soon as it is agreed to'))
    expect(document.activeElement?.textContent).toBe('Later…')

    fireEvent.click(screen.getByText('Later…'))
    fireEvent.change(screen.getByLabelText('To be carried out at'), { target: { value: '2199-03-01T09:30' } })
    expect(screen.getByText('Not before').textContent).toMatch(/Mar 1, 2199/)
    fireEvent.click(await screen.findByText(/^Ask for approval, for .*09:30/))
    await screen.findByText(/It waits for 1 more approval/)
    expect(screen.getByText(/Not before/).textContent).toMatch(/Mar 1, 2199/)
  })
})

describe('X-04 a sheet does not open in error', () => {
  const silence: ActionDeclaration = {
    ...action,
    type: 'kernel.silence_alert',
    title: 'Silence',
    input_schema: {
      type: 'object',
      required: ['hours'],
      properties: { hours: { type: 'integer', title: 'For how many hours' } },
    },
  }
  /** A server that refuses every preview, and counts them. */
  function refusing() {
    let asked = 0
    const tooLong = refuse(400, 'invalid_request', {
      detail: 'input.hours: must be at most 168',
      errors: [{ field: 'input.hours', message: 'must be at most 168' }],
    })
    const client = createClient({
      transport: async () => {
        asked += 1
        return tooLong()
      },
    })
    return { client, asked: () => asked }
  }

  test('X-04 what it does is not asked while something required is empty, and nothing is red', async () => {
    const { client, asked } = refusing()
    open(client, { ...entity, id: 'al_empty' }, silence)
    expect(screen.getByText('Fill in what is required to see what it does.')).toBeTruthy()
    expect(screen.getByLabelText('For how many hours').getAttribute('aria-invalid')).toBeNull()
    fireEvent.keyDown(window, { key: 'Enter', ctrlKey: true })
    await waitFor(() =>
      expect(screen.getByLabelText('For how many hours').getAttribute('aria-invalid')).toBe('true'),
    )
    expect(asked()).toBe(0)
  })

  test('X-04 what asks for nobody does not say that it does before the form is full', () => {
    const { client } = refusing()
    const affordance = { action: silence.type, title: 'Silence', allowed: true, approvals: 0 }
    open(client, { ...entity, id: 'al_alone', affordances: [affordance] }, silence)
    expect(screen.queryByText('Ask for approval')).toBeNull()
    expect(screen.getByText('Silence now')).toBeTruthy()
  })

  test('X-04 a refusal names the field by its label, and stands beside it once the field is left', async () => {
    const { client } = refusing()
    open(client, { ...entity, id: 'al_refused' }, silence)
    const hours = screen.getByLabelText('For how many hours')
    fireEvent.change(hours, { target: { value: '200' } })
    expect(await screen.findAllByText('For how many hours: must be at most 168.')).not.toHaveLength(0)
    expect(document.body.textContent).not.toContain('input.hours')
    expect(hours.getAttribute('aria-invalid')).toBeNull()
    fireEvent.blur(hours)
    await waitFor(() => expect(hours.getAttribute('aria-invalid')).toBe('true'))
  })
})

describe('K-15 the key is pressed while what it does is being read anew', () => {
  const asked = () => Response.json(pending, { status: 202 })
  function chooseAndPress() {
    const reason = screen.getByLabelText('Reason')
    fireEvent.click(reason)
    fireEvent.change(reason, { target: { value: 'R10' } })
    fireEvent.keyDown(reason, { key: 'Enter' })
    fireEvent.change(screen.getByLabelText('Note'), { target: { value: 'They called' } })
    fireEvent.keyDown(window, { key: 'Enter', ctrlKey: true })
  }

  test('K-15 it is said, and sent by itself where it still does what was on the screen', async () => {
    const { client, submitted } = serve([asked], pending, { summary: 'It is returned.' })
    open(client, { ...entity, id: 'tr_early' })
    await screen.findByText('It is returned.')
    chooseAndPress()
    expect(screen.getByText(/It is sent by itself/)).toBeTruthy()
    expect(submitted).toEqual([])
    await screen.findByText(/It waits for 1 more approval/)
    expect(submitted).toHaveLength(1)
    expect(submitted[0]?.body.reason).toEqual({ code: 'R10', note: 'They called' })
    expect(submitted[0]?.body.preview_digest).not.toBe('p1')
  })

  test('K-15 it is not sent where it would do something else, and that is said', async () => {
    const { client, submitted } = serve([asked])
    open(client, { ...entity, id: 'tr_other_now' })
    await screen.findByText('It does p1.')
    chooseAndPress()
    await screen.findByText(/Not sent: what it does has changed/)
    expect(submitted).toEqual([])
    fireEvent.keyDown(window, { key: 'Enter', ctrlKey: true })
    await screen.findByText(/It waits for 1 more approval/)
  })
})

describe('K-20 the emergency form', () => {
  const offered = { emergency: { limit_s: 14_400, max_age_s: 300 } }

  test('K-20 is offered where the server offers it, asks for a note, and is sent as such', async () => {
    const inForce = {
      ...pending,
      state: 'authorized',
      basis: 'emergency',
      emergency: { approval: 'pending' },
    }
    const { client, submitted } = serve([() => Response.json(inForce, { status: 202 })], inForce, offered)
    open(client, { ...entity, id: 'tr_emergency' })
    await screen.findByText('It does p1.')
    fireEvent.click(screen.getByRole('radio', { name: /Emergency: in force at once/ }))
    fireEvent.click(screen.getByText('Return transfer now'))
    expect(submitted).toEqual([])
    fireEvent.change(screen.getByLabelText('Note'), { target: { value: 'Drains through mules' } })
    fireEvent.click(screen.getByText('Return transfer now'))
    await waitFor(() => expect(submitted).toHaveLength(1))
    expect(submitted[0]?.body).toMatchObject({ emergency: true, reason: { note: 'Drains through mules' } })
  })

  test('K-20 stands there with until when this person may not have it: reached and read out, and not chosen', async () => {
    const barred = { emergency: { ...offered.emergency, barred_until: '2026-11-21T09:30:00Z' } }
    const { client } = serve([], undefined, barred)
    open(client, { ...entity, id: 'tr_barred' })
    await screen.findByText('It does p1.')
    const choice = screen.getByRole<HTMLInputElement>('radio', {
      name: 'Emergency: in force at once',
      description: /Others are asked meanwhile.* You can ask for another at .*9:30:00/,
    })
    expect(choice.getAttribute('aria-disabled')).toBe('true')
    choice.focus()
    expect(document.activeElement).toBe(choice)
    fireEvent.click(choice)
    expect(choice.checked).toBe(false)
    const approval = screen.getByRole<HTMLInputElement>('radio', { name: 'Ask for approval' })
    expect(approval.checked).toBe(true)
    expect(approval.getAttribute('aria-disabled')).toBeNull()
  })

  test('K-20 is what is left where the same has been asked for already, and only waits', async () => {
    const asked = '0191d1a0-0000-7000-8000-000000000001'
    const { client, submitted } = serve([() => Response.json(pending, { status: 202 })], pending, {
      ...offered,
      open_request: asked,
    })
    const affordance = {
      action: 'transfers.return_transfer',
      title: 'Return transfer',
      tone: 'danger' as const,
    }
    open(client, {
      ...{ ...entity, id: 'tr_waiting' },
      affordances: [{ ...affordance, allowed: true, approvals: 1, open_request: asked }],
    })
    await screen.findByText('It does p1.')
    const approval = screen.getByRole<HTMLInputElement>('radio', {
      name: 'Ask for approval',
      description: /that request waits for others/,
    })
    expect(approval.getAttribute('aria-disabled')).toBe('true')
    fireEvent.change(screen.getByLabelText('Note'), { target: { value: 'Drains through mules' } })
    await screen.findByText('It does p2.')
    fireEvent.click(screen.getByText('Return transfer now'))
    await waitFor(() => expect(submitted).toHaveLength(1))
    expect(submitted[0]?.body).toMatchObject({ emergency: true })
  })

  test('K-20 is not there where the server offers none', async () => {
    const { client } = serve([])
    open(client, { ...entity, id: 'tr_no_emergency' })
    await screen.findByText('It does p1.')
    expect(screen.queryByRole('radio')).toBeNull()
  })

  test('K-05 a sign-in that is too old is done again, and what was typed is there on return, for the same person', async () => {
    const record = { ...entity, id: 'tr_step_up' }
    const challenge = refuse(401, 'insufficient_user_authentication', { max_age: 300 })
    const { client } = serve([challenge], pending, offered)
    open(client, record)
    await screen.findByText('It does p1.')
    fireEvent.change(screen.getByLabelText('Note'), { target: { value: 'Drains through mules' } })
    fireEvent.click(screen.getByRole('radio', { name: /Emergency/ }))
    fireEvent.click(screen.getByText('Return transfer now'))
    await screen.findByText(/needs a sign-in of the last 5 min/)
    fireEvent.click(screen.getByText('Sign in again'))
    cleanup()

    // The page is loaded anew: of what it knew, the tab's storage alone is left.
    const left = sessionStorage.getItem('countersign.away')
    expect(left).toContain('Drains through mules')
    vi.resetModules()
    const again = await import('./drafts.ts')
    const sheet = { place: 'transfer:tr_step_up', type: 'transfers.return_transfer' }
    expect(again.backAt('somebody-else', sheet.place)).toBeUndefined()
    expect(again.draftOf(sheet)).toBeUndefined()
    expect(sessionStorage.getItem('countersign.away')).toBeNull()
    sessionStorage.setItem('countersign.away', left ?? '')
    expect(again.backAt('nora', 'transfer:another')).toBeUndefined()
    expect(again.backAt('nora', sheet.place)).toMatchObject(sheet)
    expect(again.draftOf(sheet)).toMatchObject({
      note: 'Drains through mules',
      how: 'emergency',
    })
  })
})
