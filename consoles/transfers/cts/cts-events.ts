import type { UpstreamHttp } from '@countersign/kernel/connectors/upstream-http.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { type IngestSource, type MappedEvent, Personal } from '@countersign/kernel/events/ingest-source.ts'
import { envelopeFacts, pollUpstream, upstreamEvent } from '@countersign/kernel/events/upstream-event.ts'
import { z } from 'zod'
import { EVENT_TYPES } from '../contract.ts'
import { shownParty } from '../transfer/shown-party.ts'
import { type Transfer, transferSchema } from '../transfer/transfer.ts'

const TYPES: Readonly<Record<string, string>> = {
  'transfer.created': EVENT_TYPES.transferCreated,
  'transfer.settled': EVENT_TYPES.transferSettled,
  'transfer.return_received': EVENT_TYPES.returnReceived,
  'transfer.change_notified': EVENT_TYPES.changeNotified,
  'transfers.returned': EVENT_TYPES.transferReturned,
  'transfer.return_dishonoured': EVENT_TYPES.returnDishonoured,
  'transfer.dishonour_received': EVENT_TYPES.dishonourReceived,
  'transfer.dishonour_contested': EVENT_TYPES.dishonourContested,
  'transfer.sent_again': EVENT_TYPES.transferSentAgain,
  'transfer.change_answered': EVENT_TYPES.changeAnswered,
  'transfer.cancelled': EVENT_TYPES.transferCancelled,
}
const fileData = z.object({ id: entityId })

/** What CTS tells us, in our terms; names and account numbers are sealed, the record keeps their redacted form. */
export function ctsEvents(http: UpstreamHttp): IngestSource {
  return {
    source: 'cts',
    map(raw): MappedEvent | undefined {
      const event = upstreamEvent.parse(raw)
      const common = envelopeFacts(event)
      if (event.type === 'file.committed') {
        const file = fileData.parse(event.data)
        return {
          ...common,
          type: EVENT_TYPES.fileCommitted,
          stream: `transfers.file/${file.id}`,
          refs: [{ kind: 'file', id: file.id }],
          payload: { version: event.subject_version, state: 'committed' },
        }
      }
      const type = TYPES[event.type]
      if (!type) return undefined
      const transfer = transferSchema.parse(event.data)
      return {
        ...common,
        type,
        stream: `transfers.transfer/${transfer.id}`,
        refs: [
          { kind: 'transfer', id: transfer.id },
          { kind: 'party', id: transfer.originator.party_id },
          { kind: 'party', id: transfer.receiver.party_id },
          ...(transfer.file_id ? [{ kind: 'file', id: transfer.file_id }] : []),
          ...(transfer.resubmission ? [{ kind: 'transfer', id: transfer.resubmission.of }] : []),
          ...(transfer.sent_again_as ? [{ kind: 'transfer', id: transfer.sent_again_as }] : []),
        ],
        payload: {
          version: event.subject_version,
          state: transfer.state,
          ...codeOf(event.type, transfer),
          ...(isContested(event.type, transfer) ? { contested: true } : {}),
          record: redactedRecord(transfer),
          personal: {
            originator: sealedParty(transfer.originator),
            receiver: sealedParty(transfer.receiver),
            ...(transfer.change?.corrected_data
              ? {
                  corrected_data: new Personal(transfer.change.corrected_data, 'account', {
                    kind: 'transfer',
                    id: transfer.id,
                  }),
                }
              : {}),
            ...('return' in transfer
              ? Object.fromEntries(
                  addendaOf(transfer.return).map(([name, text]) => [
                    name,
                    new Personal(text, 'free_text', { kind: 'transfer', id: transfer.id }),
                  ]),
                )
              : {}),
            ...(transfer.receiver.individual_id
              ? {
                  individual_id: new Personal(transfer.receiver.individual_id, 'account', {
                    kind: 'party',
                    id: transfer.receiver.party_id,
                  }),
                }
              : {}),
          },
        },
      }
    },
    poll: (after, signal) => pollUpstream(http, after, signal),
  }
}

/** Of everything that has a code by then, the one that came with this event. */
function codeOf(type: string, transfer: Transfer): { code?: string } {
  const { change } = transfer
  if (change && type === 'transfer.change_notified') return { code: change.code }
  if (change && type === 'transfer.change_answered') return { code: change.answer?.code ?? change.code }
  if (!('return' in transfer)) return {}
  const { code, dishonour, contest } = transfer.return
  switch (type) {
    case 'transfer.return_dishonoured':
    case 'transfer.dishonour_received':
      return { code: dishonour?.code ?? code }
    case 'transfer.dishonour_contested':
    case 'transfer.return_received':
      return { code: contest?.code ?? code }
    default:
      return { code }
  }
}

/** A return that comes once more: its bank does not accept our dishonour. */
function isContested(type: string, transfer: Transfer): boolean {
  return type === 'transfer.return_received' && 'return' in transfer && transfer.return.contest !== undefined
}

function sealedParty(party: Transfer['originator']) {
  const subject = { kind: 'party', id: party.party_id }
  return {
    name: new Personal(party.name, 'name', subject),
    account: new Personal(party.account, 'account', subject),
  }
}

function redactedRecord(transfer: Transfer): { [name: string]: never } {
  const { change, on_file: _, ...rest } = transfer
  return {
    ...rest,
    originator: shownParty(transfer.originator),
    receiver: shownParty(transfer.receiver),
    ...(change ? { change: withoutData(change) } : {}),
    ...('return' in transfer ? { return: withoutAddenda(transfer.return) } : {}),
  } as never
}

function withoutData({ corrected_data: _, ...rest }: NonNullable<Transfer['change']>): object {
  return rest
}

type BankReturn = Extract<Transfer, { return: unknown }>['return']

/** What the bank wrote in free text may name anybody. */
function withoutAddenda({ addenda: _, dishonour, contest, ...rest }: BankReturn): object {
  const without = <Part extends { addenda?: string | undefined }>({ addenda: _, ...part }: Part) => part
  return {
    ...rest,
    ...(dishonour ? { dishonour: without(dishonour) } : {}),
    ...(contest ? { contest: without(contest) } : {}),
  }
}

function addendaOf({ addenda, dishonour, contest }: BankReturn): [string, string][] {
  const texts = [
    ['addenda', addenda],
    ['dishonour_addenda', dishonour?.addenda],
    ['contest_addenda', contest?.addenda],
  ] as const
  return texts.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]]))
}
