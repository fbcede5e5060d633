import type { Transport } from '@countersign/sdk/client.ts'
import i18next from 'i18next'
import { zone, zoneName } from './preferences.ts'

/** `fetch` that says in which language the sentences of an answer are read, and in which zone its times. */
export const localisedFetch: Transport = (url, init) => {
  const headers = new Headers(init.headers)
  headers.set('Accept-Language', i18next.language)
  headers.set('Time-Zone', zoneName(zone.read()))
  return fetch(url, { ...init, headers })
}
