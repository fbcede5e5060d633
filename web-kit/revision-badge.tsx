import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Badge } from '@countersign/ui/badge.tsx'
import { useText } from './messages.ts'

/** How often people have set what a record holds; before the first time, in the words of its kind. */
export function RevisionBadge({ entity, unset }: { entity: Entity; unset: string }) {
  const t = useText()
  const revision = /^revision (\d+)$/.exec(entity.state)?.[1]
  return <Badge tone="neutral">{revision === undefined ? unset : t('request.revision', { revision })}</Badge>
}
