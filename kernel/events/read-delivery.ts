import type { Json } from '../personal-data/canonical-json.ts'
import { itemTexts } from './item-texts.ts'

/** What an upstream sent in one go: its events and the text of each as it was written; or why the bytes hold none. */
export type Delivery =
  | { readonly events: readonly Json[]; readonly sent: (index: number) => string }
  | { readonly unreadable: Error; readonly text: string }

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads one event or an array of them, in JSON of UTF-8. */
export function readDelivery(body: Buffer): Delivery {
  try {
    const text = utf8.decode(body)
    const parsed = JSON.parse(text) as Json
    if (!Array.isArray(parsed)) return { events: [parsed], sent: () => text }
    let texts: readonly string[] | undefined
    return {
      events: parsed,
      sent(index) {
        texts ??= itemTexts(text)
        return texts[index] ?? ''
      },
    }
  } catch (error) {
    return { unreadable: error as Error, text: body.toString('utf8') }
  }
}
