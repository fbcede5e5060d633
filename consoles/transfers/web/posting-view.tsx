import type { Entity, PostingLine } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { money, parts, text } from '@countersign/web-kit/record/fields.ts'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'
import { Postings } from '@countersign/web-kit/timeline/postings.tsx'
import { runningBalances } from '@countersign/web-kit/timeline/running-balance.ts'

/** A posting: its lines and that they sum to zero. */
export const postingView: RecordView = {
  name: 'transfers.kind.posting',
  headedBy: 'id',
  states: { recorded: { label: 'transfers.state.recorded', tone: 'settled' } },
  Body: PostingLines,
}

function PostingLines({ entity }: { entity: Entity }) {
  const t = useText()
  const at = text(entity.data, 'at')
  const transfer = text(entity.data, 'transfer_id')
  const lines = postingLines(entity)
  return (
    <>
      <Postings lines={lines} running={runningBalances([{ postings: lines }])[0] ?? []} />
      <Facts
        facts={[
          { label: t('transfers.fact.description'), value: text(entity.data, 'description') },
          { label: t('transfers.fact.at'), value: at === null ? null : <AbsoluteTime at={at} /> },
          {
            label: t('transfers.kind.transfer'),
            value: transfer === null ? null : <EntityLink to={{ kind: 'transfer', id: transfer }} />,
          },
        ]}
      />
    </>
  )
}

function postingLines(entity: Entity): PostingLine[] {
  return parts(entity.data, 'lines').flatMap((line) => {
    const account = text(line, 'account')
    const amount = money(line, 'amount')
    if (account === null || amount === null) return []
    const side = line.side === 'credit' ? ('credit' as const) : ('debit' as const)
    const name = text(line, 'account_name')
    return [{ account, side, amount, ...(name === null ? {} : { account_name: name }) }]
  })
}
