import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { numberFormat } from '@countersign/web-kit/number-format.ts'
import { text } from '@countersign/web-kit/record/fields.ts'

/** A file that an import refused: where it is wrong, and nothing that stands in it. */
export const refusedFileView: RecordView = {
  name: 'transfers.kind.refusedFile',
  headedBy: 'title',
  states: {
    refused: { label: 'transfers.state.refused', tone: 'attention' },
    unknown: { label: 'transfers.state.neverRefused', tone: 'neutral' },
  },
  Body: RefusedFileFacts,
}

function RefusedFileFacts({ entity: { id, data } }: { entity: Entity }) {
  const t = useText()
  const language = useLanguage()
  const { line, column, errors, times } = data
  return (
    <Facts
      facts={[
        {
          label: t('transfers.fact.firstFault'),
          wide: true,
          value: <FirstFault message={text(data, 'message')} line={line} column={column} />,
        },
        { label: t('transfers.fact.sha256'), value: <code>{id}</code> },
        { label: t('transfers.fact.format'), value: text(data, 'format') },
        { label: t('transfers.fact.faults'), value: typeof errors === 'number' ? String(errors) : null },
        {
          label: t('transfers.fact.refusals'),
          value: typeof times === 'number' ? numberFormat(language).format(times) : null,
        },
      ]}
    />
  )
}

/** What is wrong, in words, and where. */
function FirstFault({ message, line, column }: { message: string | null; line: unknown; column: unknown }) {
  const t = useText()
  const place =
    typeof line !== 'number'
      ? null
      : typeof column === 'number'
        ? t('transfers.fact.place', { line: String(line), column: String(column) })
        : t('transfers.fact.placeOfLine', { line: String(line) })
  return (
    <>
      {message === null ? null : <bdi>{message}</bdi>}
      {message === null || place === null ? '' : ' · '}
      {place}
    </>
  )
}
