import { createTransport } from 'nodemailer'
import type { AlertChannel, AlertMessage } from './send-alert.ts'

const SMTP_TIMEOUT_MS = 15_000

/**
 * Alerts by e-mail. The Message-ID (RFC 5322 §3.6.4) is made of the delivery's id, so that what arrives twice is known as
 * one message.
 *
 * @param url `smtp://user:password@host:port`, or `smtps://`
 * @param from the sender's address
 */
export function emailChannel(url: string, from: string): AlertChannel {
  const transport = createTransport(
    {
      url,
      connectionTimeout: SMTP_TIMEOUT_MS,
      greetingTimeout: SMTP_TIMEOUT_MS,
      socketTimeout: SMTP_TIMEOUT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  )
  const domain = from.slice(from.lastIndexOf('@') + 1).replace(/>$/, '')
  return async (message, to) => {
    if (to === undefined) return { ok: false, code: 'no_address', permanent: true }
    try {
      await transport.sendMail({
        to: { name: '', address: to },
        messageId: `<${message.deliveryId}@${domain}>`,
        // A thread of one alert, whatever its subject says meanwhile.
        references: [`<${message.alertId}@${domain}>`],
        // RFC 3834 §5: nobody's out-of-office answers it.
        headers: { 'Auto-Submitted': 'auto-generated' },
        subject: subjectOf(message),
        text: textOf(message),
      })
      return { ok: true }
    } catch (error) {
      const { responseCode, code } = error as { responseCode?: number; code?: string }
      if (responseCode !== undefined) {
        // RFC 5321 §4.2.1: a 5yz reply is permanent.
        return { ok: false, code: `smtp_${responseCode}`, permanent: responseCode >= 500 }
      }
      return { ok: false, code: code === 'ETIMEDOUT' ? 'smtp_timeout' : 'smtp_unreachable', permanent: false }
    }
  }
}

function subjectOf({ what, severity, title }: AlertMessage): string {
  return what === 'resolved' ? `[over] ${title}` : `[${severity}] ${title}`
}

function textOf(message: AlertMessage): string {
  const { what, title, severity, audience, raisedAt, page, link, kind, alertId } = message
  return [
    what === 'resolved' ? `Over: ${title}` : title,
    '',
    `Severity: ${severity}`,
    `Concerns: ${audience}`,
    `Since:    ${raisedAt}`,
    ...(what === 'page' && page > 1
      ? [`Told:     ${page === 2 ? 'once' : `${page - 1} times`} before, without an acknowledgement`]
      : []),
    '',
    what === 'resolved' ? link : `Look and acknowledge: ${link}`,
    '',
    `${kind} ${alertId}`,
  ].join('\n')
}
