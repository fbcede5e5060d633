import { createHmac } from 'node:crypto'

/** The value of `Countersign-Signature`: HMAC-SHA256 of the time and the exact bytes of the body. */
export function signWebhook(secret: string, body: string, now: Date): string {
  const t = Math.floor(now.getTime() / 1000)
  const v1 = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')
  return `t=${t},v1=${v1}`
}
