import type { AuditEntry } from '@countersign/sdk/wire/audit.ts'
import type { Translate } from '@countersign/web-kit/messages.ts'
import { isSystem } from '@countersign/web-kit/request/request-state.ts'

/** As the log has whoever showed nobody, and what a provider says of a session that is over already. */
const NOT_SIGNED_IN = 'anonymous'

/** Who did it, by name where the log's reader is told it; the machine by the console's own name. */
export function actorWords({ actor }: Pick<AuditEntry, 'actor'>, t: Translate): string {
  if (actor === null || isSystem(actor.id)) return t('audit.nobody')
  if (actor.id === NOT_SIGNED_IN) return t('audit.anonymous')
  return actor.name ?? actor.id
}
