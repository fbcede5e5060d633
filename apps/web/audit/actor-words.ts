import type { AuditEntry } from '@countersign/sdk/wire/audit.ts'
import type { Translate } from '@countersign/web-kit/messages.ts'
import { isSystem } from '@countersign/web-kit/request/request-state.ts'

/** Who did it, by name where the log's reader is told it; the machine by the console's own name. */
export function actorWords({ actor }: Pick<AuditEntry, 'actor'>, t: Translate): string {
  if (actor === null || isSystem(actor.id)) return t('audit.nobody')
  return actor.name ?? actor.id
}
