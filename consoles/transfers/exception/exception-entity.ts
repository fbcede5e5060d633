import { defineEntity, type EntityType } from '@countersign/kernel/entities/define-entity.ts'
import { erasable } from '@countersign/kernel/erasure/erasable.ts'
import { say, type Text } from '@countersign/kernel/languages/say.ts'
import { moneyFromWire, moneyToWire, type WireMoney } from '@countersign/kernel/money/money.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import { z } from 'zod'
import { frozenMarks } from '../party/frozen-marks.ts'
import type { Upstreams } from '../upstreams.ts'
import { candidateInWords } from './candidate-in-words.ts'
import { EXCEPTION_STATES, type ReconException, type Statement } from './exception.ts'
import { frozenAbout } from './frozen-about.ts'
import { shownPartner } from './partner.ts'
import { readException } from './read-exception.ts'
import { WRITE_OFF_ACCOUNT_TITLES, WRITE_OFF_ACCOUNTS } from './write-off-accounts.ts'

export const exception: EntityType<ReconException, Upstreams> = {
  kind: 'exception',
  console: 'transfers',
  read: (id, { recon }, context) => readException(id, recon, context),
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
      candidates: record.candidates.map(({ id, kind, score, partners, with: others, ...said }) => ({
        id,
        kind,
        score,
        why: candidateInWords({ ...said }),
        partners: partners?.map(shownPartner) ?? null,
        with: others ?? [],
      })),
      raised_at: record.raised_at ?? null,
      parts: record.parts ?? [],
      residual_of: record.residual_of ?? null,
      residual: record.residual ?? null,
      write_off: record.write_off ?? null,
      write_off_accounts:
        record.state === 'open'
          ? WRITE_OFF_ACCOUNTS.map((code) => ({ code, title: WRITE_OFF_ACCOUNT_TITLES[code] }))
          : [],
      settled_by: record.settled_by ?? null,
      settled_at: record.settled_at ?? null,
    },
    banners: [
      ...(record.frozen ?? []).map(({ name }) => ({
        tone: 'danger' as const,
        text: frozenAbout(name, record.state === 'open'),
      })),
      ...(record.residual_of === undefined
        ? []
        : [
            {
              tone: 'info' as const,
              text:
                record.state === 'withdrawn'
                  ? say`The assignment that left this over was taken back: ${record.residual_of} is whole and open again.`
                  : say`This is what the assignment of ${record.residual_of} left over.`,
            },
          ]),
      ...(record.kind === 'posting' && record.state === 'open'
        ? [
            {
              tone: 'info' as const,
              text: say`The books have it and no statement has shown it. It is found when a line is assigned to it, or a later statement shows it.`,
            },
          ]
        : []),
    ],
    related: [
      ...(record.frozen ?? []).map(({ id, name }) => ({
        kind: 'party',
        id,
        title: name,
        relation: say`frozen party`,
      })),
      ...record.candidates.map((candidate) => ({
        kind: candidate.kind,
        id: candidate.id,
        title: candidateInWords(candidate),
        relation: 'candidate',
      })),
      ...(record.parts ?? []).map(({ kind, id }) => ({ kind, id, title: id, relation: 'part' })),
      ...(record.residual_of
        ? [
            {
              kind: 'exception',
              id: record.residual_of,
              title: record.residual_of,
              relation: say`was left over of`,
            },
          ]
        : []),
      ...(record.residual
        ? [
            {
              kind: 'exception',
              id: record.residual.id,
              title: record.residual.id,
              relation: say`was left over`,
            },
          ]
        : []),
      ...(record.posting_id
        ? [
            {
              kind: 'posting',
              id: record.posting_id,
              title: record.posting_id,
              relation: say`posting that no statement has shown`,
            },
          ]
        : []),
      ...(record.write_off
        ? [
            {
              kind: 'posting',
              id: record.write_off.posting_id,
              title: record.write_off.posting_id,
              relation: say`posting of its write-off`,
            },
          ]
        : []),
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
        candidates: record.candidates.map((one) => ({
          id: one.id,
          score: one.score,
          // The contract has one id: of a sum the others are told in words.
          why: one.with
            ? say`${candidateInWords(one)}, with ${one.with.map(({ id }) => id)}`
            : candidateInWords(one),
        })),
        state: record.state,
      }),
    },
  },
  marks: frozenMarks('exception'),
}

/** With what is kept here of its people. */
export const keptException = erasable(exception)

/** As the bank's statement has it: what went out is negative. */
export function signed({ amount, side }: Pick<ReconException, 'amount' | 'side'>): WireMoney {
  return side === 'debit' ? { ...amount, amount: `-${amount.amount}` } : amount
}

export const exceptionEntity = defineEntity(keptException, {
  sql: (id) =>
    `SELECT version::text AS version, at, record AS state FROM transfers.exception_about WHERE exception_id = ${id}`,
})

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
