import { defineEntity, type EntityType } from '@countersign/kernel/entities/define-entity.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { erasable } from '@countersign/kernel/erasure/erasable.ts'
import { english } from '@countersign/kernel/languages/make-teller.ts'
import { type Said, say } from '@countersign/kernel/languages/say.ts'
import { redacted } from '@countersign/kernel/personal-data/sealing.ts'
import type { PersonalField } from '@countersign/kernel/reveal/personal-field.ts'
import { z } from 'zod'
import { changeReason, returnReason } from '../reason-codes/reason-codes.ts'
import type { Upstreams } from '../upstreams.ts'
import { secondReturn } from './second-return.ts'
import { personalName, shownName, shownParty } from './shown-party.ts'
import { stateTitle } from './state-title.ts'
import { RAILS, TRANSFER_STATES, type Transfer } from './transfer.ts'

const CHANGE_NOTIFIED = say`The receiving bank corrects the account data of this payment: it is to be corrected where such payments are set up. Nothing is asked for here, so its item stays in the queue; it can be snoozed.`

const NAMES = {
  originator: { name: say`originator name`, account: say`originator account` },
  receiver: { name: say`receiver name`, account: say`receiver account` },
}

export const transfer: EntityType<Transfer, Upstreams> = {
  kind: 'transfer',
  console: 'transfers',
  read: (id, { cts }, { signal }) => cts.transfer(id, signal),
  personal: [
    ...personalOf('originator'),
    ...personalOf('receiver'),
    { path: 'return.addenda', title: say`return addenda`, class: 'free_text', value: addendaOf },
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
      title: say`${record.amount} · ${shownName(record.originator)} → ${shownName(record.receiver)}`,
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
        return:
          'return' in record
            ? {
                ...record.return,
                ...(record.return.addenda === undefined
                  ? {}
                  : { addenda: redacted(record.return.addenda, 'free_text') }),
                code_title: returnReason(record.rail, record.return.code)?.title ?? null,
                waits: record.state === 'return_received',
              }
            : null,
        change: record.change
          ? {
              code: record.change.code,
              code_title: changeReason(record.change.code)?.title ?? null,
              received_at: record.change.received_at,
            }
          : null,
        return_deadlines: record.return_deadlines ?? null,
        file_id: record.file_id ?? null,
      },
      banners: [
        ...(record.state === 'return_received' && record.return.original_transfer_id !== undefined
          ? [{ tone: 'warning' as const, text: secondReturn(record.return.original_transfer_id) }]
          : []),
        ...(record.change ? [{ tone: 'info' as const, text: CHANGE_NOTIFIED }] : []),
        ...parties
          .filter(({ party_id }) => record.frozen_parties.includes(party_id))
          .map((party) => ({
            tone: 'danger' as const,
            text: say`${shownName(party)} is frozen: this transfer neither moves nor is returned until that ends.`,
          })),
      ],
      related: [
        ...parties.map((party, index) => ({
          kind: 'party',
          id: party.party_id,
          title: shownName(party),
          relation: index === 0 ? say`originator` : say`receiver`,
        })),
        ...('return' in record && record.return.original_transfer_id !== undefined
          ? [
              {
                kind: 'transfer',
                id: record.return.original_transfer_id,
                title: record.return.original_transfer_id,
                relation: say`returned before`,
              },
            ]
          : []),
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
}

/** With what is kept here of its people. */
export const keptTransfer = erasable(transfer)

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

/** What the bank wrote in free text may name anybody. */
function addendaOf(record: Transfer): string | undefined {
  return 'return' in record ? record.return.addenda : undefined
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
