import type { Reader } from '../languages/reader.ts'
import type { Text } from '../languages/say.ts'
import type { AlertSeverity } from './alert-kind.ts'

/** What leaves the product about an alert: ids and a link, nothing personal. */
export type AlertMessage = {
  /** The same for every attempt: whoever gets it twice knows by this. */
  readonly deliveryId: string
  /** `page`: somebody is asked to look. `resolved`: it is over. */
  readonly what: 'page' | 'resolved'
  /** How often somebody had been told before this, plus one. */
  readonly page: number
  readonly alertId: string
  readonly kind: string
  readonly severity: AlertSeverity
  readonly audience: string
  readonly title: Text
  /** For whom it is told. */
  readonly reader: Reader
  /** RFC 3339, UTC. */
  readonly raisedAt: string
  /** Where it is acknowledged. */
  readonly link: string
}

/** `code` in lower_snake_case; `permanent`: trying again changes nothing. */
export type Sent =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: string; readonly permanent: boolean }

/** One way out. @param to an e-mail address, or undefined where the channel has its one destination */
export type AlertChannel = (message: AlertMessage, to: string | undefined) => Promise<Sent>

/** The ways out that are configured. */
export type AlertChannels = { readonly email?: AlertChannel; readonly webhook?: AlertChannel }
