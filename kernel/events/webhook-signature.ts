import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Said, say } from '../languages/say.ts'

/** How far the sender's clock, or a queue on the way, may be off: outside it a captured request is a replay. */
const REPLAY_WINDOW_S = 300
const HEADER_MAX_CHARACTERS = 1_024
/** HMAC-SHA256, in full: `Buffer.from(…, 'hex')` reads up to what is no hex, and would take the rest for nothing. */
const SIGNATURE = /^[0-9a-f]{64}$/i

/**
 * Checks `Countersign-Signature: t=<unix>,v1=<hex hmac-sha256 of "t.body">` against any of the secrets in force (two
 * while one is being replaced).
 *
 * @returns undefined when genuine, else why not
 */
export function signatureProblem(
  header: string | undefined,
  body: Buffer,
  secrets: readonly string[],
  now: Date,
): Said | undefined {
  if (!header) return say`the header Countersign-Signature is missing`
  if (header.length > HEADER_MAX_CHARACTERS) return say`the header Countersign-Signature is too long`
  const parts = header.split(',').map((part) => part.trim().split('='))
  const [time, ...furtherTimes] = parts.filter(([name]) => name === 't').map(([, value]) => value ?? '')
  const given = parts.filter(([name]) => name === 'v1').map(([, ...value]) => value.join('='))
  const sound = time !== undefined && furtherTimes.length === 0 && /^\d{1,12}$/.test(time)
  if (!sound || given.length === 0 || !given.every((value) => SIGNATURE.test(value))) {
    return say`the header Countersign-Signature must be "t=<unix seconds>,v1=<hex>"`
  }
  if (Math.abs(now.getTime() / 1000 - Number(time)) > REPLAY_WINDOW_S) {
    return say`the signature's time is more than ${REPLAY_WINDOW_S} s from now`
  }
  const genuine = secrets.some((secret) => {
    const expected = sign(time, body, secret)
    return given.some((value) => timingSafeEqual(Buffer.from(value, 'hex'), expected))
  })
  return genuine ? undefined : say`the signature does not match the body`
}

/** The header that a sender puts on `body`, now; with several secrets while one is being replaced by another. */
export function signatureHeader(body: Buffer, secrets: string | readonly string[], now: Date): string {
  const time = String(Math.floor(now.getTime() / 1000))
  const signatures = [secrets].flat().map((secret) => `v1=${sign(time, body, secret).toString('hex')}`)
  return [`t=${time}`, ...signatures].join(',')
}

function sign(time: string, body: Buffer, secret: string): Buffer {
  return createHmac('sha256', secret).update(`${time}.`).update(body).digest()
}
