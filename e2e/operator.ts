import type { Browser, Page } from '@playwright/test'

export type Look = {
  theme?: 'light' | 'dark'
  width?: number
  height?: number
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
  const asked = await context.request.get('/auth/login?return_to=/app')
  const form = /<form method="post" action="([^"]+)">/.exec(await asked.text())?.[1]
  if (form === undefined) throw new Error(`${asked.url()} asked nobody who they are`)
  const signedIn = await context.request.post(new URL(form, asked.url()).href, { form: { persona } })
  if (!signedIn.ok()) throw new Error(`${persona} was answered ${signedIn.status()} at ${signedIn.url()}`)
  const page = await context.newPage()
  await page.goto('/app')
  await page.getByRole('navigation', { name: 'Consoles' }).waitFor()
  return page
}

/** The id of an item of a queue that nobody has asked for anything on yet, such as `tr_8123`. */
export async function openItem(
  page: Page,
  queue: string,
  fits: (fields: Record<string, unknown>) => boolean = () => true,
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
    // A frozen party's record says so; nothing is asked of it.
    const { banners = [] } = (await record.json()) as { banners?: unknown[] }
    if (banners.length === 0) return subject.id
  }
  throw new Error(`${queue} has no item left for this story`)
}
