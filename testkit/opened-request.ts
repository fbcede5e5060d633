import { expect } from 'vitest'
import type { Client } from './product.ts'

/** What somebody sees of a request before they agree: its personal data, opened and read. */
export async function openedRequest(by: Client, id: string): Promise<Record<string, string>> {
  const asked = await by.post('/v1/actions/kernel.reveal_request', {
    target: { kind: 'request', id },
    reason: { code: 'to_decide' },
  })
  expect(asked.status, asked.text).toBe(200)
  const { status, body, text } = await by.get(`/v1/entities/request/${id}/revealed`)
  expect(status, text).toBe(200)
  return Object.fromEntries(
    body.fields.map(({ path, value }: { path: string; value: string }) => [path, value]),
  )
}
