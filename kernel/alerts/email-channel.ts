import { createTransport } from 'nodemailer'
import type { Teller } from '../languages/make-teller.ts'
import { counted, type Said, say, type Text } from '../languages/say.ts'
import type { AlertSeverity } from './alert-kind.ts'
import type { AlertChannel, AlertMessage } from './send-alert.ts'

const SMTP_TIMEOUT_MS = 15_000

/**
 * Alerts by e-mail. The Message-ID (RFC 5322 §3.6.4) is made of the delivery's id, so that what arrives twice is known as
 * one message.
 *
 * @param url `smtp://user:password@host:port`, or `smtps://`
 * @param from the sender's address
 * @param teller tells each recipient in their own language
 */
export function emailChannel(url: string, from: string, teller: Pick<Teller, 'tell'>): AlertChannel {
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
    const told = (text: Text) => teller.tell(text, message.reader)
    if (to === undefined) return { ok: false, code: 'no_address', permanent: true }
    try {
      await transport.sendMail({
        to: { name: '', address: to },
        messageId: `<${message.deliveryId}@${domain}>`,
        // A thread of one alert, whatever its subject says meanwhile.
        references: [`<${message.alertId}@${domain}>`],
        // RFC 3834 §5: nobody's out-of-office answers it.
        headers: { 'Auto-Submitted': 'auto-generated' },
        subject: told(subjectOf(message)),
        text: textOf(message, told),
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

function subjectOf({ what, severity, title }: AlertMessage): Said {
  return what === 'resolved' ? say`[over] ${title}` : say`[${SEVERITIES[severity]}] ${title}`
}

const SEVERITIES: Readonly<Record<AlertSeverity, Said>> = {
  low: say`low`,
  medium: say`medium`,
  high: say`high`,
  critical: say`critical`,
}

function textOf(message: AlertMessage, told: (text: Text) => string): string {
  const { what, title, severity, audience, raisedAt, page, link, kind, alertId } = message
  return [
    told(what === 'resolved' ? say`Over: ${title}` : title),
    '',
    told(say`Severity: ${SEVERITIES[severity]}`),
    told(say`Concerns: ${audience}`),
    told(say`Since:    ${new Date(raisedAt)}`),
    ...(what === 'page' && page > 1
      ? [
          told(
            say`Told:     ${counted(page - 1, 'one {once} other {# times}')} before, without an acknowledgement`,
          ),
        ]
      : []),
    '',
    what === 'resolved' ? link : `${told(say`Look and acknowledge:`)} ${link}`,
    '',
    `${kind} ${alertId}`,
  ].join('\n')
}
