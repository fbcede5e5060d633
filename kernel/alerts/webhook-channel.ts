import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { signatureHeader } from '../events/webhook-signature.ts'
import { AddressNotAllowedError, type OutgoingAddresses } from '../http/outgoing-address.ts'
import { english } from '../languages/make-teller.ts'
import type { AlertChannel, AlertMessage, Sent } from './send-alert.ts'

const WEBHOOK_TIMEOUT_MS = 10_000

/**
 * Alerts as signed JSON to one address. Signed as the webhooks that the product takes are; while a secret is being
 * replaced, with both. `Countersign-Delivery` is the same for every attempt. A redirection is not followed.
 *
 * @param options.secrets one or two
 */
export function webhookChannel(options: {
  readonly url: string
  readonly secrets: readonly string[]
  readonly addresses: OutgoingAddresses
  readonly now: () => Date
}): AlertChannel {
  const url = new URL(options.url)
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  return (message) => {
    const body = Buffer.from(JSON.stringify(bodyOf(message)))
    return new Promise<Sent>((done) => {
      const failed = (error: Error) =>
        done(
          error instanceof AddressNotAllowedError
            ? { ok: false, code: error.code, permanent: true }
            : {
                ok: false,
                code: error.name === 'TimeoutError' ? 'webhook_timeout' : 'webhook_unreachable',
                permanent: false,
              },
        )
      try {
        options.addresses.checkHost(url.hostname)
      } catch (error) {
        failed(error as Error)
        return
      }
      send(
        url,
        {
          method: 'POST',
          // A connection of its own: one that is kept would be to an address that was checked for another answer.
          agent: false,
          lookup: options.addresses.lookup,
          signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_MS),
          headers: {
            'content-type': 'application/json',
            'content-length': body.length,
            'countersign-delivery': message.deliveryId,
            'countersign-signature': signatureHeader(body, options.secrets, options.now()),
          },
        },
        (response) => {
          response.destroy()
          const status = response.statusCode ?? 0
          done(
            status >= 200 && status < 300
              ? { ok: true }
              : { ok: false, code: `http_${status}`, permanent: false },
          )
        },
      )
        .on('error', failed)
        .end(body)
    })
  }
}

function bodyOf(message: AlertMessage) {
  return {
    delivery_id: message.deliveryId,
    what: message.what,
    page: message.page,
    alert: {
      id: message.alertId,
      kind: message.kind,
      severity: message.severity,
      audience: message.audience,
      title: english(message.title),
      raised_at: message.raisedAt,
      link: message.link,
    },
  }
}
