import { Badge } from '@countersign/ui/badge.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { LIST_STATES } from './list-states.ts'

/** How a list stands, in a word. */
export function ListStanding({ standing }: { standing: string | null }) {
  const t = useText()
  const known = LIST_STATES[standing ?? '']
  return known === undefined ? null : <Badge tone={known.tone}>{t(known.label)}</Badge>
}
