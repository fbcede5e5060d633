import { defineEntity, type EntityType } from '@countersign/kernel/entities/define-entity.ts'
import { erasable } from '@countersign/kernel/erasure/erasable.ts'
import { say, type Text } from '@countersign/kernel/languages/say.ts'
import { moneyFromWire, moneyToWire, type WireMoney } from '@countersign/kernel/money/money.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import { EXCEPTION_STATES, type ReconException, type Statement } from './exception.ts'

export const exception: EntityType<ReconException, Upstreams> = {
  kind: 'exception',
  console: 'transfers',
  read: (id, { recon }, { signal }) => recon.exception(id, signal),
  personal: [
    {
      path: 'counterparty',
      title: say`counterparty`,
      class: 'name',
      value: ({ counterparty }) => counterparty || undefined,
    },
    { path: 'account', title: say`account`, class: 'account', value: ({ account }) => account },
    {
      path: 'description',
      title: say`description`,
      class: 'free_text',
      value: ({ description }) => description || undefined,
    },
  ],
  present: (record) => ({
    title: record.kind === 'posting' ? say`Posting ${signed(record)}` : say`Statement line ${signed(record)}`,
    state: record.state,
    data: {
      kind: record.kind,
      side: record.side ?? null,
      amount: signed(record),
      date: record.date,
      reference: record.reference,
      description: record.description ? redacted(record.description, 'free_text') : null,
      counterparty: record.counterparty ? redacted(record.counterparty, 'name') : null,
      account: redacted(record.account, 'account'),
      candidates: record.candidates,
      raised_at: record.raised_at ?? null,
    },
    banners:
      record.state === 'open'
        ? [
            {
              tone: 'info',
              text: say`It is assigned or written off in Recon. It leaves the queue once Recon says so, or a later statement shows its partner.`,
            },
          ]
        : [],
    related: [
      ...record.candidates.map(({ kind, id, why }) => ({ kind, id, title: why, relation: 'candidate' })),
      ...(record.statement_id
        ? [
            {
              kind: 'statement',
              id: record.statement_id,
              title: say`bank statement`,
              relation: say`stands in`,
            },
          ]
        : []),
    ],
  }),
  list: {
    filters: z.object({ state: z.enum(EXCEPTION_STATES).optional() }),
    page: (query, { recon }, signal) => recon.exceptions(query, signal),
    // Seed 000's contract (C-23).
    door: {
      path: '/exceptions',
      summary: 'Statement lines and postings without a partner, with candidates',
      member: 'exceptions',
      item: (record) => ({
        id: record.id,
        kind: record.kind,
        amount: signed(record),
        date: record.date,
        reference: record.reference,
        candidates: record.candidates.map(({ id, score, why }) => ({ id, score, why })),
        state: record.state,
      }),
    },
  },
}

/** With what is kept here of its people. */
export const keptException = erasable(exception)

/** As the bank's statement has it: what went out is negative. */
export function signed({ amount, side }: Pick<ReconException, 'amount' | 'side'>): WireMoney {
  return side === 'debit' ? { ...amount, amount: `-${amount.amount}` } : amount
}

export const exceptionEntity = defineEntity(keptException)

export const statement: EntityType<Statement, Upstreams> = {
  kind: 'statement',
  console: 'transfers',
  read: (id, { recon }, { signal }) => recon.statement(id, signal),
  personal: [{ path: 'account', title: say`account`, class: 'account', value: ({ account }) => account }],
  present: (record) => ({
    title: say`Statement ${record.bank_id ?? record.id} · ${record.currency}`,
    state: record.state,
    data: {
      account: redacted(record.account, 'account'),
      currency: record.currency,
      from: record.from ?? null,
      to: record.to ?? null,
      opening: record.opening ?? null,
      booked: record.booked ?? null,
      reckoned: reckonedClosing(record),
      closing: record.closing ?? null,
      lines: record.lines ?? null,
      reason: record.reason ?? null,
    },
    banners: record.state === 'quarantined' ? [{ tone: 'warning', text: differenceInWords(record) }] : [],
  }),
  list: { filters: z.object({}), page: (query, { recon }, signal) => recon.statements(query, signal) },
}

/** What is wrong with a statement in quarantine: the difference, where there is one; else what Recon says of it. */
export function differenceInWords(record: Statement): Text {
  const reckoned = reckonedClosing(record)
  const { closing, reason } = record
  if (reckoned !== null && closing !== undefined && closing.currency === reckoned.currency) {
    const minor = moneyFromWire(closing).minor - moneyFromWire(reckoned).minor
    const difference = moneyToWire({ minor, currency: closing.currency })
    if (minor !== 0n) {
      return say`Opening and entries come to ${reckoned}, the statement closes at ${closing}: a difference of ${difference}.`
    }
  }
  return reason ?? say`Opening plus entries does not equal closing.`
}

/** What closing would be by the statement's own lines; null where that cannot be said. */
function reckonedClosing({ opening, booked }: Statement): WireMoney | null {
  if (opening === undefined || booked === undefined || opening.currency !== booked.currency) return null
  const minor = moneyFromWire(opening).minor + moneyFromWire(booked).minor
  return moneyToWire({ minor, currency: opening.currency })
}

export const statementEntity = defineEntity(statement)
