import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from '@playwright/test'
import pg from 'pg'

export type Look = {
  theme?: 'light' | 'dark'
  width?: number
  height?: number
  /** As chosen in the menu under one's name; left out: as the identity provider says, which is English. */
  language?: 'en' | 'fr' | 'ar'
  /** Of another product than the one that was started for all tests. */
  baseURL?: string
}

/**
 * A browser of its own, signed in at the development identity provider as one of its personas. By the requests that the
 * pages there would make, which sign-in.spec.ts goes through as people do.
 */
export async function signInAs(browser: Browser, persona: string, look: Look = {}): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: look.width ?? 1440, height: look.height ?? 900 },
    colorScheme: look.theme ?? 'light',
    ...(look.baseURL === undefined ? {} : { baseURL: look.baseURL }),
  })
  if (look.language !== undefined) {
    await context.addInitScript(
      (language) => localStorage.setItem('countersign.language', language),
      look.language,
    )
  }
  const asked = await context.request.get('/auth/login?return_to=/app')
  const form = /<form method="post" action="([^"]+)">/.exec(await asked.text())?.[1]
  if (form === undefined) throw new Error(`${asked.url()} asked nobody who they are`)
  const signedIn = await context.request.post(new URL(form, asked.url()).href, { form: { persona } })
  if (!signedIn.ok()) throw new Error(`${persona} was answered ${signedIn.status()} at ${signedIn.url()}`)
  const page = await context.newPage()
  await page.goto('/app')
  await page.getByRole('navigation').first().waitFor()
  return page
}

/**
 * The id of an item of a queue that nobody has asked for anything on yet, such as `tr_8123`.
 *
 * @param action what the person of the page must be able to ask for on it now
 */
export async function openItem(
  page: Page,
  queue: string,
  fits: (fields: Record<string, unknown>) => boolean = () => true,
  action?: string,
): Promise<string> {
  const answer = await page.request.get(`/v1/queues/${queue}/items?limit=100`)
  const { items } = (await answer.json()) as {
    items: { subject: { kind: string; id: string }; fields: Record<string, unknown> }[]
  }
  for (const { subject, fields } of items) {
    if (!fits(fields)) continue
    const asked = await page.request.get(
      `/v1/requests?target_kind=${subject.kind}&target_id=${subject.id}&limit=1`,
    )
    const { requests } = (await asked.json()) as { requests: unknown[] }
    if (requests.length > 0) continue
    const record = await page.request.get(`/v1/entities/${subject.kind}/${subject.id}`)
    // A frozen party's record says so; nothing is asked of it. (How an item ends stands on a record of any state.)
    const { banners = [], affordances } = (await record.json()) as {
      banners?: { tone: string }[]
      affordances: { action: string; allowed: boolean }[]
    }
    const able =
      action === undefined || affordances.some((offered) => offered.action === action && offered.allowed)
    if (!banners.some(({ tone }) => tone !== 'info') && able) return subject.id
  }
  throw new Error(`${queue} has no item left for this story`)
}

/** ACH entries that came in and settled, and that may still be sent back. */
export async function incomingEntries(page: Page, count: number): Promise<string[]> {
  const found: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const from: string = cursor === '' ? '' : `&cursor=${cursor}`
    const read = await page.request.get(`/v1/entities/transfer?limit=200${from}`)
    const list = (await read.json()) as {
      entities: { id: string; state: string }[]
      next_cursor: string | null
    }
    for (const { id } of list.entities.filter(({ state }) => state === 'settled')) {
      const record = (await (await page.request.get(`/v1/entities/transfer/${id}`)).json()) as {
        data: { direction: string; rail: string }
        affordances: { action: string; allowed: boolean }[]
      }
      const able = record.affordances.some(
        ({ action, allowed }) => action === 'transfers.return_transfer' && allowed,
      )
      if (record.data.direction !== 'incoming' || record.data.rail !== 'ach' || !able) continue
      found.push(id)
      if (found.length === count) return found
    }
    cursor = list.next_cursor
  }
  throw new Error(`fewer than ${count} incoming entries can be sent back`)
}

/** Pages of every kind, which are read and worked on a phone too. */
export function pagesOfAPhone(transfer: string): string[] {
  return [
    '/app/transfers/returns',
    `/app/entities/transfer/${transfer}`,
    `/app/entities/transfer/${transfer}?act=transfers.return_transfer`,
    '/app/approvals',
    '/app/audit',
    '/app/system/alerts',
    '/app/system/access',
    '/app/system/upstreams',
    '/app/system/health',
    '/app/system/jobs',
    '/app/transfers/returns/figures',
    '/app/entities/approval_policy/transfers',
  ]
}

/** A party that is not frozen and on which nothing is asked for. */
export async function freeParty(page: Page, skip: number): Promise<string> {
  const answer = await page.request.get('/v1/queues/transfers.returns/items?limit=100')
  const { items } = (await answer.json()) as { items: { subject: { id: string } }[] }
  const found: string[] = []
  for (const { subject } of items) {
    const transfer = await (await page.request.get(`/v1/entities/transfer/${subject.id}`)).json()
    for (const { kind, id } of (transfer as { related: { kind: string; id: string }[] }).related ?? []) {
      if (kind !== 'party' || found.includes(id)) continue
      const party = await (await page.request.get(`/v1/entities/party/${id}`)).json()
      const { affordances } = party as { affordances: { action: string; allowed: boolean }[] }
      if (affordances.some(({ action, allowed }) => action === 'transfers.freeze_entity' && allowed))
        found.push(id)
      if (found.length > skip) return found[skip] ?? ''
    }
  }
  throw new Error('no party is left for this story')
}

/** As if everybody had signed in a while ago. */
export async function letSignInsAge(): Promise<void> {
  await inDatabase(`UPDATE kernel.session SET authenticated_at = authenticated_at - interval '10 minutes'`)
}

/** What time alone would bring about, brought about now. @returns how many rows it was done to */
export async function inDatabase(statement: string): Promise<number> {
  const url = execFileSync('npx', ['countersign', 'dev', 'database-url', '--role', 'superuser'], {
    encoding: 'utf8',
  })
  const client = new pg.Client({ connectionString: url.trim() })
  await client.connect()
  const { rowCount } = await client.query(statement)
  await client.end()
  return rowCount ?? 0
}

/** The product's own interface, as the page of whoever is signed in there. A refusal fails the story. */
export async function call<Answer>(page: Page, path: string, body?: object): Promise<Answer> {
  const answer = await page.evaluate(
    async ([path, body]) => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() }
      const response = await fetch(path, body === null ? {} : { method: 'POST', headers, body })
      return { status: response.status, text: await response.text() }
    },
    [path, body === undefined ? null : JSON.stringify(body)] as const,
  )
  if (answer.status >= 300) throw new Error(`${path} was answered ${answer.status}: ${answer.text}`)
  return JSON.parse(answer.text) as Answer
}

/** What somebody else does at an upstream itself. A refusal fails the story. */
export async function atUpstream(path: string, body: object): Promise<void> {
  const key = readFileSync(join(home(), 'secrets', 'sandbox-key'), 'utf8').trim()
  const answer = await fetch(`${process.env.COUNTERSIGN_SANDBOX_URL}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': crypto.randomUUID(),
    },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`)
}

/** Has an upstream of the sandbox misbehave: `off` is as usual. */
export async function misbehave(what: {
  upstream: string
  mode: string
  rate: number
  count: number
  on?: 'reads' | 'writes'
  latency_ms?: number
}): Promise<void> {
  const answer = await fetch(`${process.env.COUNTERSIGN_SANDBOX_URL}/_sandbox/misbehave`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(what),
  })
  if (!answer.ok) throw new Error(`The sandbox refused to misbehave: ${await answer.text()}`)
}

/** As a machine that goes down; whoever watches over it starts it again. */
export function killServer(): void {
  const { children } = JSON.parse(readFileSync(join(home(), 'processes.json'), 'utf8')) as {
    children: { name: string; pid: number }[]
  }
  for (const { name, pid } of children) {
    if (name !== 'server') continue
    try {
      process.kill(pid, 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

function home(): string {
  const { COUNTERSIGN_HOME } = process.env
  if (COUNTERSIGN_HOME === undefined) throw new Error('no product was started for the stories')
  return COUNTERSIGN_HOME
}
