import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { isMoney, Money } from '@countersign/web-kit/money.tsx'
import { parts, text } from '@countersign/web-kit/record/fields.ts'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'

const SIDES: Readonly<Record<string, string>> = {
  debit: 'treasury.line.debit',
  credit: 'treasury.line.credit',
}

/** an entry of the ledger with its lines, to look at only. */
export const ledgerEntryView: RecordView = {
  name: 'treasury.kind.ledgerEntry',
  headedBy: 'id',
  states: { posted: { label: 'treasury.entry.posted', tone: 'settled' } },
  Body: LedgerEntryBody,
}

function LedgerEntryBody({ entity: { data } }: { entity: Entity }) {
  const t = useText()
  const at = text(data, 'at')
  const link = (kind: string, key: string) => {
    const id = text(data, key)
    return id === null ? null : <EntityLink to={{ kind, id }} />
  }
  return (
    <Facts
      facts={[
        { label: t('treasury.fact.posted'), value: at === null ? null : <AbsoluteTime at={at} /> },
        { label: t('treasury.fact.lines'), wide: true, value: <Lines lines={parts(data, 'lines')} /> },
        { label: t('treasury.fact.transfer'), value: link('transfer', 'transfer_id') },
        { label: t('treasury.fact.exception'), value: link('exception', 'exception_id') },
        { label: t('treasury.fact.reverses'), value: link('ledger_entry', 'reverses') },
      ]}
    />
  )
}

function Lines({ lines }: { lines: Record<string, unknown>[] }) {
  const t = useText()
  return (
    <ul>
      {lines.map((line) => {
        const [account, side] = [text(line, 'account') ?? '', text(line, 'side') ?? '']
        return (
          <li key={`${account} ${side}`}>
            {t(SIDES[side] ?? side)} <code>{account}</code> <bdi>{text(line, 'account_name')}</bdi>
            {isMoney(line.amount) ? (
              <>
                {' · '}
                <Money value={line.amount} />
              </>
            ) : null}
          </li>
        )
      })}
    </ul>
  )
}
