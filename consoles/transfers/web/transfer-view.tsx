import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Badge } from '@countersign/ui/badge.tsx'
import { Facts } from '@countersign/ui/facts.tsx'
import { useNow } from '@countersign/web-kit/clock.ts'
import type { RecordView } from '@countersign/web-kit/console-web.ts'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { isolate, useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { Money } from '@countersign/web-kit/money.tsx'
import { deadlineWords } from '@countersign/web-kit/queue/deadline-words.ts'
import { money, part, parts, text } from '@countersign/web-kit/record/fields.ts'
import { AbsoluteTime, RelativeTime } from '@countersign/web-kit/time.tsx'
import styles from './records.module.css'

/** A transfer: the amount and its parties, then what the rail says of it. */
export const transferView: RecordView = {
  name: 'transfers.kind.transfer',
  headedBy: 'id',
  states: {
    created: { label: 'transfers.state.created', tone: 'neutral' },
    settled: { label: 'transfers.state.settled', tone: 'settled' },
    return_received: { label: 'transfers.state.return_received', tone: 'attention' },
    returned: { label: 'transfers.state.returned', tone: 'neutral' },
    return_dishonoured: { label: 'transfers.state.return_dishonoured', tone: 'settled' },
    dishonour_received: { label: 'transfers.state.dishonour_received', tone: 'attention' },
    cancelled: { label: 'transfers.state.cancelled', tone: 'neutral' },
  },
  Lead: TransferLead,
  Body: TransferFacts,
}

const RAILS: Record<string, string> = {
  ach: 'transfers.rail.ach',
  sepa_ct: 'transfers.rail.sepa_ct',
  wire: 'transfers.rail.wire',
}

function TransferLead({ entity }: { entity: Entity }) {
  const t = useText()
  const amount = money(entity.data, 'amount')
  const rail = text(entity.data, 'rail') ?? ''
  const direction = text(entity.data, 'direction')
  const reference = text(entity.data, 'reference')
  // The arrow goes the way of the money: a debit takes it from its receiver.
  const debit = text(entity.data, 'side') === 'debit'
  return (
    <div className={styles.lead}>
      {amount === null ? null : <Money value={amount} size="large" />}
      <p className={styles.parties}>
        <Party entity={entity} side={debit ? 'receiver' : 'originator'} />
        <span className={styles.arrow} role="img" aria-label={t('transfers.to')}>
          →
        </span>
        <Party entity={entity} side={debit ? 'originator' : 'receiver'} />
      </p>
      <p className={styles.muted}>
        {RAILS[rail] === undefined ? rail : t(RAILS[rail])}
        {direction === null
          ? ''
          : ` · ${t(direction === 'incoming' ? 'transfers.incoming' : 'transfers.outgoing')}`}
        {debit ? ` · ${t('transfers.drawn')}` : ''}
        {reference === null ? '' : ` · ${isolate(reference)}`}
      </p>
    </div>
  )
}

function Party({ entity, side }: { entity: Entity; side: 'originator' | 'receiver' }) {
  const party = part(entity.data, side)
  const id = text(party, 'party_id')
  const name = text(party, 'name') ?? id ?? '–'
  return (
    <span>
      {id === null ? name : <EntityLink to={{ kind: 'party', id }}>{name}</EntityLink>}{' '}
      <span className={styles.muted} dir="ltr">
        {text(party, 'account')}
      </span>
    </span>
  )
}

function TransferFacts({ entity }: { entity: Entity }) {
  const t = useText()
  const language = useLanguage()
  const now = useNow()
  const { data } = entity
  const returned = part(data, 'return')
  const change = part(data, 'change')
  const deadlines = part(data, 'return_deadlines')
  const dishonour = part(returned, 'dishonour')
  const contest = part(returned, 'contest')
  const resubmission = part(data, 'resubmission')
  const attempt = text(resubmission, 'attempt')
  const answered = change.answer !== null && change.answer !== undefined
  const waits = returned.waits === true
  const sentBack = text(returned, 'case') === 'send_back'
  const dishonourBy = text(returned, 'dishonour_by')
  // A booked return can still be dishonoured; once that is over nothing of it is late.
  const dishonourable =
    !sentBack &&
    text(dishonour, 'code') === null &&
    text(contest, 'code') === null &&
    text(data, 'sent_again_as') === null &&
    (waits || (dishonourBy !== null && Date.parse(dishonourBy) >= now))
  const corrections = parts(change, 'corrections')
  const coded = (record: Record<string, unknown>) =>
    text(record, 'code') === null ? null : (
      <>
        <strong>{text(record, 'code')}</strong>
        {text(record, 'code_title') === null ? '' : ` · ${text(record, 'code_title')}`}
      </>
    )
  const mono = (value: string | null) => (value === null ? null : <code>{value}</code>)
  const time = (value: string | null) => (value === null ? null : <AbsoluteTime at={value} />)
  const ahead = (value: string | null) =>
    value === null ? null : (
      <>
        {Date.parse(value) < now ? (
          <Badge tone="attention">{deadlineWords(value, now, t, language)}</Badge>
        ) : (
          <RelativeTime at={value} />
        )}{' '}
        <span className={styles.muted}>
          <AbsoluteTime at={value} />
        </span>
      </>
    )
  return (
    <Facts
      facts={[
        {
          label: t('transfers.fact.return'),
          value:
            text(returned, 'code') === null ? null : (
              <>
                <strong>{text(returned, 'code')}</strong>
                {text(returned, 'code_title') === null ? '' : ` · ${text(returned, 'code_title')}`}
                {waits ? <span className={styles.muted}> · {t('transfers.case.book')}</span> : null}
              </>
            ),
        },
        {
          label: t(sentBack ? 'transfers.fact.sentBack' : 'transfers.fact.returnReceived'),
          value: time(text(returned, 'received_at')),
        },
        {
          label: t('transfers.fact.original'),
          value:
            returned.original_known === false
              ? t('transfers.originalUnknown')
              : mono(text(returned, 'original_trace')),
        },
        { label: t('transfers.fact.returnTrace'), value: mono(text(returned, 'trace_number')) },
        {
          label: t('transfers.fact.dishonourBy'),
          value: dishonourable ? ahead(dishonourBy) : null,
        },
        { label: t('transfers.fact.dishonour'), value: coded(dishonour) },
        {
          label: t('transfers.fact.contestBy'),
          value: dishonour.waits === true ? ahead(text(dishonour, 'contest_by')) : null,
        },
        { label: t('transfers.fact.contest'), value: coded(contest) },
        {
          label: t('transfers.fact.attempt'),
          value:
            attempt === null
              ? null
              : [t('transfers.attempt', { attempt }), text(resubmission, 'entry_description')]
                  .filter((words) => words !== null)
                  .join(' · '),
        },
        { label: t('transfers.fact.change'), value: coded(change) },
        {
          label: t('transfers.fact.corrections'),
          value: corrections.length === 0 ? null : <Corrections corrections={corrections} />,
        },
        { label: t('transfers.fact.answer'), value: text(change, 'answer_title') },
        { label: t('transfers.fact.tellBy'), value: answered ? null : ahead(text(change, 'tell_by')) },
        { label: t('transfers.fact.refuseBy'), value: answered ? null : ahead(text(change, 'refuse_by')) },
        {
          label: t('transfers.fact.deadlineStandard'),
          value: sentBack ? null : ahead(text(deadlines, 'standard')),
        },
        {
          label: t('transfers.fact.deadlineExtended'),
          value: sentBack ? null : ahead(text(deadlines, 'extended')),
        },
        { label: t('transfers.fact.trace'), value: mono(text(data, 'trace_number')) },
        { label: t('transfers.fact.sec'), value: text(data, 'sec_code') },
        { label: t('transfers.fact.effective'), value: text(data, 'effective_date') },
        { label: t('transfers.fact.settled'), value: time(text(data, 'settled_at')) },
        { label: t('transfers.fact.file'), value: mono(text(data, 'file_id')) },
      ]}
    />
  )
}

/** What a bank corrects: what it is called, old and new. */
function Corrections({ corrections }: { corrections: Record<string, unknown>[] }) {
  const t = useText()
  return (
    <ul className={styles.plain}>
      {corrections.map((correction) => {
        const label = text(correction, 'label') ?? ''
        const before = text(correction, 'before')
        return (
          <li key={label}>
            <span className={styles.muted}>{label}</span>{' '}
            {before === null ? (
              // The payment may have been sent without it.
              <span className={styles.muted}>{t('transfers.change.notOnRecord')}</span>
            ) : (
              <bdi>{before}</bdi>
            )}{' '}
            <span className={styles.arrow} role="img" aria-label={t('transfers.to')}>
              →
            </span>{' '}
            <bdi>{text(correction, 'after')}</bdi>
          </li>
        )
      })}
    </ul>
  )
}
