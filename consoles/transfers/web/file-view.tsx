import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { isMoney, Money } from '@countersign/web-kit/money.tsx'
import { numberFormat } from '@countersign/web-kit/number-format.ts'
import { text } from '@countersign/web-kit/record/fields.ts'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'

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
  const language = useLanguage()
  const entries = typeof data.entries === 'number' ? numberFormat(language).format(data.entries) : null
  return (
    <Facts
      facts={[
        { label: t('transfers.fact.name'), value: text(data, 'name') },
        { label: t('transfers.fact.format'), value: text(data, 'format') },
        { label: t('transfers.fact.entries'), value: entries },
        { label: t('transfers.fact.debits'), value: <Sums of={data.debit} /> },
        { label: t('transfers.fact.credits'), value: <Sums of={data.credit} /> },
        {
          label: t('transfers.fact.missingParts'),
          value: data.missing_chunks === 0 ? null : text(data, 'missing_chunks'),
        },
        { label: t('transfers.fact.committed'), value: at === null ? null : <AbsoluteTime at={at} /> },
      ]}
    />
  )
}

/** One sum, or one by currency where the file holds several. */
function Sums({ of }: { of: unknown }) {
  return [of]
    .flat()
    .filter(isMoney)
    .map((sum) => (
      <div key={sum.currency}>
        <Money value={sum} />
      </div>
    ))
}
