import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { useText } from '@countersign/web-kit/messages.ts'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'
import { text } from './fields.ts'

/** An imported file. */
export const fileView: RecordView = {
  name: 'transfers.kind.file',
  headedBy: 'title',
  states: {
    staging: { label: 'transfers.state.staging', tone: 'attention' },
    committed: { label: 'transfers.state.committed', tone: 'settled' },
  },
  Body: FileFacts,
}

function FileFacts({ entity }: { entity: Entity }) {
  const t = useText()
  const { data } = entity
  const at = text(data, 'committed_at')
  return (
    <Facts
      facts={[
        { label: t('transfers.fact.name'), value: text(data, 'name') },
        { label: t('transfers.fact.format'), value: text(data, 'format') },
        { label: t('transfers.fact.committed'), value: at === null ? null : <AbsoluteTime at={at} /> },
      ]}
    />
  )
}
