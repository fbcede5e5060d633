import { commaList } from '@countersign/web-kit/format-list.ts'
import type { Translate } from '@countersign/web-kit/messages.ts'

/** Who has been told of an alert: people by name, and the webhook; else that it stands in the console alone. */
export function toldInWords(people: readonly string[], byWebhook: boolean, t: Translate): string {
  const told = byWebhook ? [...people, t('system.alert.webhook')] : people
  return commaList(told, t) || t('system.alert.toldNobody')
}
