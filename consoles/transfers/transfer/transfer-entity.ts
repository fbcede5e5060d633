import { defineEntity, type EntityType } from '@countersign/kernel/entities/define-entity.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { erasable } from '@countersign/kernel/erasure/erasable.ts'
import { english } from '@countersign/kernel/languages/make-teller.ts'
import { counted, type Said, say, type Text, together } from '@countersign/kernel/languages/say.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import type { PersonalField } from '@countersign/kernel/reveal/personal-field.ts'
import { z } from 'zod'
import { frozenMarks } from '../party/frozen-marks.ts'
import { changeReason, returnReason } from '../reason-codes/reason-codes.ts'
import type { Upstreams } from '../upstreams.ts'
import { correctionLines } from './account-correction.ts'
import { fromTo } from './from-to.ts'
import { readCorrection } from './read-correction.ts'
import { relatedWorkOf, type WithRelatedWork } from './related-work.ts'
import { remedyOf } from './remedy.ts'
import type { ReturnedTransfer } from './returned-transfer.ts'
import { secondReturn } from './second-return.ts'
import { personalName, shownName, shownParty } from './shown-party.ts'
import { stateTitle } from './state-title.ts'
import { RAILS, TRANSFER_STATES, type Transfer } from './transfer.ts'

const NAMES = {
  originator: { name: say`originator name`, account: say`originator account` },
  receiver: { name: say`receiver name`, account: say`receiver account` },
}

export const transfer: EntityType<Transfer & WithRelatedWork, Upstreams> = {
  kind: 'transfer',
  console: 'transfers',
  async read(id, { cts }, { ask, signal }) {
    const reading = await cts.transfer(id, signal)
    if (reading.status !== 'found') return reading
    const relatedWork = await ask((kernel) => relatedWorkOf(kernel, reading.state))
    return { ...reading, state: { ...reading.state, relatedWork } }
  },
  personal: [
    ...personalOf('originator'),
    ...personalOf('receiver'),
    ofReceiver(
      'receiver.individual_id',
      say`receiver identification`,
      ({ receiver }) => receiver.individual_id,
    ),
    ofReceiver('on_file.account', say`corrected account`, ({ on_file }) => on_file?.account),
    ofReceiver(
      'on_file.individual_id',
      say`corrected identification`,
      ({ on_file }) => on_file?.individual_id,
    ),
    {
      ...ofReceiver('on_file.name', say`corrected name`, ({ on_file, receiver }) =>
        on_file?.name === undefined ? undefined : personalName({ name: on_file.name, kind: receiver.kind }),
      ),
      class: 'name',
    },
    addendaField('return.addenda', say`return addenda`, ({ addenda }) => addenda),
    addendaField('return.dishonour.addenda', say`dishonour addenda`, ({ dishonour }) => dishonour?.addenda),
    addendaField('return.contest.addenda', say`contest addenda`, ({ contest }) => contest?.addenda),
    {
      path: 'change.corrected_data',
      title: say`change corrected data`,
      class: 'account',
      value: ({ change }) => change?.corrected_data,
    },
  ],
  present: (record) => {
    const parties = [record.originator, record.receiver]
    return {
      title: transferTitle(record),
      state: english(stateTitle(record.state)),
      data: {
        amount: record.amount,
        rail: record.rail,
        direction: record.direction,
        side: record.side,
        reference: record.reference,
        trace_number: record.trace_number ?? null,
        sec_code: record.sec_code ?? null,
        originator: shownParty(record.originator),
        receiver: shownParty(record.receiver),
        created_at: record.created_at,
        effective_date: record.effective_date,
        settled_at: record.settled_at ?? null,
        return: 'return' in record ? presentedReturn(record) : null,
        change: record.change ? presentedChange(record) : null,
        resubmission: record.resubmission ?? null,
        sent_again_as: record.sent_again_as ?? null,
        return_deadlines: record.return_deadlines ?? null,
        file_id: record.file_id ?? null,
      },
      banners: [
        ...(record.state === 'return_received' && record.return.original_transfer_id !== undefined
          ? [{ tone: 'warning' as const, text: secondReturn(record.return.original_transfer_id) }]
          : []),
        ...nextSteps(record).map((text) => ({ tone: 'info' as const, text })),
        ...(record.relatedWork?.more ?? []).map((more) => ({
          tone: 'info' as const,
          text: moreInWords(more),
        })),
        ...parties
          .filter(({ party_id }) => record.frozen_parties.includes(party_id))
          .map((party) => ({ tone: 'danger' as const, text: frozenInWords(record, party) })),
      ],
      related: [
        ...parties.map((party, index) => ({
          kind: 'party',
          id: party.party_id,
          title: shownName(party),
          relation: index === 0 ? say`originator` : say`receiver`,
        })),
        ...('return' in record && record.return.original_transfer_id !== undefined
          ? [toTransfer(record.return.original_transfer_id, say`returned before`)]
          : []),
        ...(record.resubmission ? [toTransfer(record.resubmission.of, say`sent again after`)] : []),
        ...(record.sent_again_as ? [toTransfer(record.sent_again_as, say`sent again as`)] : []),
        ...(record.relatedWork?.emergencies ?? []).map(({ requestId }) => ({
          kind: 'request',
          id: requestId,
          title: say`Emergency freeze`,
          relation: say`frozen by`,
        })),
        ...(record.relatedWork?.items ?? []).map(({ kind, open, id, title }) => ({
          kind,
          id,
          title,
          relation: relationOf(kind, open),
        })),
        ...filesOf(record).map(([relation, id]) => ({
          kind: 'file',
          id,
          title: say`imported file`,
          relation,
        })),
      ],
    }
  },
  list: {
    filters: z.object({
      state: z.enum(TRANSFER_STATES).optional(),
      rail: z.enum(RAILS).optional(),
      party_id: entityId.optional(),
    }),
    page: (query, { cts }, signal) => cts.transfers(query, signal),
  },
  marks: frozenMarks('transfer'),
}

/** With what is kept here of its people. */
export const keptTransfer = erasable(transfer)

/** How much, and from whom to whom it goes. */
function transferTitle(record: Transfer): Said {
  const { amount, side } = record
  const [from, to] = fromTo(record)
  return side === 'debit' ? say`${amount} debit · ${from} → ${to}` : say`${amount} · ${from} → ${to}`
}

/** Name and account are data of the party, wherever they stand. */
function personalOf(side: 'originator' | 'receiver'): PersonalField<Transfer>[] {
  const subject = (record: Transfer) => ({ kind: 'party', id: record[side].party_id })
  return [
    {
      path: `${side}.name`,
      title: NAMES[side].name,
      class: 'name',
      value: (record) => personalName(record[side]),
      subject,
    },
    {
      path: `${side}.account`,
      title: NAMES[side].account,
      class: 'account',
      value: (record) => record[side].account,
      subject,
    },
  ]
}

function ofReceiver(
  path: string,
  title: Said,
  value: (record: Transfer) => string | undefined,
): PersonalField<Transfer> {
  return {
    path,
    title,
    class: 'account',
    value,
    subject: (record) => ({ kind: 'party', id: record.receiver.party_id }),
  }
}

/** What a bank wrote in free text may name anybody. */
function addendaField(
  path: string,
  title: Said,
  of: (received: ReturnedTransfer['return']) => string | undefined,
): PersonalField<Transfer> {
  return {
    path,
    title,
    class: 'free_text',
    value: (record) => ('return' in record ? of(record.return) : undefined),
  }
}

function toTransfer(id: string, relation: Said) {
  return { kind: 'transfer', id, title: id, relation }
}

function presentedReturn({ rail, state, return: received }: ReturnedTransfer) {
  const { addenda, dishonour, contest, ...facts } = received
  const shown = (text: string | undefined) =>
    text === undefined ? {} : { addenda: redacted(text, 'free_text') }
  return {
    ...facts,
    ...shown(addenda),
    code_title: returnReason(rail, received.code)?.title ?? null,
    waits: state === 'return_received',
    /** Whether something of the account was wrong, so that it may be given otherwise. */
    correctable: remedyOf(rail, received.code) === 'correct',
    ...(dishonour
      ? {
          dishonour: {
            ...dishonour,
            ...shown(dishonour.addenda),
            code_title: returnReason(rail, dishonour.code)?.title ?? null,
            waits: state === 'dishonour_received',
          },
        }
      : {}),
    ...(contest
      ? {
          contest: {
            ...contest,
            ...shown(contest.addenda),
            code_title: returnReason(rail, contest.code)?.title ?? null,
          },
        }
      : {}),
  }
}

function presentedChange(record: Transfer) {
  const { change } = record
  if (!change) return null
  const { corrected_data, answer, ...facts } = change
  const correction = readCorrection(change.code, corrected_data ?? '')
  return {
    ...facts,
    code_title: changeReason(change.code)?.title ?? null,
    answer: answer ?? null,
    answer_title: answer ? answerInWords(answer) : null,
    corrections: correction
      ? correctionLines(record, correction).map(({ label, before, after }) => ({
          label,
          before: before ?? null,
          after: after ?? null,
        }))
      : [],
  }
}

function answerInWords(answer: NonNullable<NonNullable<Transfer['change']>['answer']>): Said {
  switch (answer.answer) {
    case 'corrected':
      return say`Answered: the account is corrected, the originator was told`
    case 'noted':
      return say`Noted: the originator was told`
    case 'refused':
      return say`Refused with ${answer.code ?? '–'}`
    default:
      return answer.answer satisfies never
  }
}

function relationOf(kind: 'hit' | 'exception', open: boolean): Said {
  if (kind === 'hit') return open ? say`open hit of a party` : say`decided hit of a party`
  return open ? say`open exception that may be about it` : say`statement line assigned to it`
}

/** What is related beyond what the page names. */
function moreInWords({
  kind,
  open,
  count,
}: {
  kind: 'hit' | 'exception'
  open: boolean
  count: number
}): Said {
  if (kind === 'hit') {
    return open
      ? say`And ${counted(count, 'one {# more open hit} other {# more open hits}')} of its parties: the queue of hits has all of them.`
      : say`And ${counted(count, 'one {# more decided hit} other {# more decided hits}')} of its parties: the timelines of those have all of them.`
  }
  return open
    ? say`And ${counted(count, 'one {# more open exception} other {# more open exceptions}')} that may be about it: the queue of exceptions has all of them.`
    : say`And ${counted(count, 'one {# more statement line} other {# more statement lines}')} assigned to it: its timeline has all of them.`
}

/**
 * What waits here and what can be done about it: a way that is over is not among those. A copy that a projection has was read at no
 * known time: of it a deadline is said as a date alone.
 */
function nextSteps(record: Transfer & WithRelatedWork): Text[] {
  const steps: Text[] = []
  const over = (until: string) => record.relatedWork !== undefined && new Date(until) < record.relatedWork.at
  // While a party is frozen nothing of it can be done: that is said, and nothing else.
  if (record.state === 'return_received' && record.frozen_parties.length === 0) {
    const { contest, code, dishonour_by } = record.return
    const again =
      remedyOf(record.rail, code) !== undefined && record.settled_at !== undefined
        ? say`The bank returned it: book the return, or send the payment again.`
        : say`The bank returned it: book the return.`
    if (contest !== undefined) {
      steps.push(
        say`The bank contested the dishonour of its return with ${contest.code}: the return stands and is to be booked.`,
      )
    } else if (dishonour_by === undefined) {
      steps.push(again)
    } else {
      const until = over(dishonour_by)
        ? say`It could be dishonoured until ${new Date(dishonour_by)}.`
        : say`Deadline for dishonouring the return: ${new Date(dishonour_by)}.`
      steps.push(together([again, until], ' '))
    }
  }
  if (record.state === 'dishonour_received') {
    const by = record.return.dishonour?.contest_by
    const either = say`The bank dishonoured what was sent back: contest that, or accept it.`
    if (by === undefined) {
      steps.push(either)
    } else if (over(by)) {
      const accepted = say`The bank dishonoured what was sent back: accept that.`
      steps.push(together([accepted, say`It could be contested until ${new Date(by)}.`], ' '))
    } else {
      steps.push(together([either, say`Deadline for contesting it: ${new Date(by)}.`], ' '))
    }
  }
  if (record.change && !record.change.answer) {
    const { tell_by, refuse_by } = record.change
    const refusable = refuse_by === undefined || !over(refuse_by)
    const lines: Text[] = [
      refusable
        ? say`The receiving bank corrects the account data of this payment: correct the account and tell the originator, or refuse the notification.`
        : say`The receiving bank corrects the account data of this payment: correct the account and tell the originator.`,
    ]
    if (tell_by !== undefined) {
      lines.push(
        over(tell_by)
          ? say`The originator was to be told by ${new Date(tell_by)}: tell it all the same.`
          : say`Deadline for telling the originator: ${new Date(tell_by)}.`,
      )
    }
    if (refuse_by !== undefined) {
      lines.push(
        refusable
          ? say`Deadline for refusing it: ${new Date(refuse_by)}.`
          : say`It could be refused until ${new Date(refuse_by)}.`,
      )
    }
    steps.push(together(lines, ' '))
  }
  return steps
}

/** That money stands still, and whether that is for good or until others have agreed. */
function frozenInWords(record: Transfer & WithRelatedWork, party: Transfer['originator']): Said {
  const emergency = record.relatedWork?.emergencies.find(({ id }) => id === party.party_id)
  return emergency
    ? say`${shownName(party)} is frozen in an emergency until ${new Date(emergency.until)}, unless others agree to it by then: this transfer neither moves nor is returned meanwhile.`
    : say`${shownName(party)} is frozen: this transfer neither moves nor is returned until that ends.`
}

/** The files that it, or its return, came in. */
function filesOf(record: Transfer): (readonly [Said, string])[] {
  const returned = 'return' in record ? record.return.file_id : undefined
  return [
    ...(record.file_id === undefined ? [] : [[say`came in`, record.file_id] as const]),
    ...(returned === undefined || returned === record.file_id
      ? []
      : [[say`return came in`, returned] as const]),
  ]
}

export const transferEntity = defineEntity(keptTransfer, {
  sql: (id) => `SELECT version, at, record AS state FROM transfers.transfer WHERE id = ${id}`,
})
