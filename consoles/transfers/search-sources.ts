import type { SearchSource } from '@countersign/kernel/search/search-source.ts'
import { EVENT_TYPES } from './contract.ts'
import { OF_EXCEPTIONS } from './exception/exception-projection.ts'

const at = (path: string) => `(e.payload #>> '{${path}}')`
const AMOUNT = `${at('record,amount,amount')} || ' ' || ${at('record,amount,currency')}`
const VERSION = `${at('version')}::bigint`
const record = { console: 'transfers', id: at('record,id'), version: VERSION, names: [] }

/**
 * How this console's records are found. A person's name leads to the person and to what screening said of them; from
 * there the links go to their transfers, which are found by what is on the bank's paper.
 */
export const searchSources: readonly SearchSource[] = [
  {
    ...record,
    kind: 'transfer',
    types: [
      EVENT_TYPES.transferCreated,
      EVENT_TYPES.transferSettled,
      EVENT_TYPES.returnReceived,
      EVENT_TYPES.changeNotified,
      EVENT_TYPES.transferReturned,
      EVENT_TYPES.returnDishonoured,
      EVENT_TYPES.dishonourReceived,
      EVENT_TYPES.dishonourContested,
      EVENT_TYPES.transferSentAgain,
      EVENT_TYPES.changeAnswered,
      EVENT_TYPES.transferCancelled,
    ],
    title: `${AMOUNT} || ' ' || upper(${at('record,rail')})`,
    keys: [
      { why: 'reference', sql: at('record,reference') },
      { why: 'trace number', sql: at('record,trace_number') },
      { why: 'amount', sql: at('record,amount,amount') },
    ],
  },
  {
    ...record,
    kind: 'party',
    types: [EVENT_TYPES.partyUpdated, EVENT_TYPES.partyFrozen, EVENT_TYPES.partyUnfrozen],
    title: at('record,name'),
    keys: [],
    names: [
      {
        part: 'name',
        what: 'name',
        clear: `CASE ${at('record,kind')} WHEN 'company' THEN ${at('record,name')} END`,
        sealed: "e.payload #> '{personal,name}'",
      },
    ],
  },
  {
    ...record,
    kind: 'hit',
    types: [EVENT_TYPES.hitRaised, EVENT_TYPES.hitDecided],
    title: `${at('record,list')} || ' ' || ${at('record,screened_name')}`,
    keys: [],
    names: [
      {
        part: 'screened',
        what: 'name',
        clear: `CASE WHEN e.payload #> '{personal,screened_name}' IS NULL THEN ${at('record,screened_name')} END`,
        sealed: "e.payload #> '{personal,screened_name}'",
      },
    ],
  },
  {
    ...record,
    kind: 'exception',
    types: OF_EXCEPTIONS,
    title: AMOUNT,
    keys: [
      { why: 'reference', sql: at('record,reference') },
      { why: 'amount', sql: at('record,amount,amount') },
    ],
    names: [{ part: 'counterparty', what: 'name', sealed: "e.payload #> '{personal,counterparty}'" }],
  },
  {
    ...record,
    kind: 'statement',
    types: [
      EVENT_TYPES.statementImported,
      EVENT_TYPES.statementQuarantined,
      EVENT_TYPES.statementAcknowledged,
      EVENT_TYPES.statementReconciled,
      EVENT_TYPES.statementReopened,
    ],
    title: `coalesce(${at('record,bank_id')} || ' ', '') || ${at('record,to')}`,
    keys: [{ why: 'reference', sql: at('record,bank_id') }],
  },
  {
    ...record,
    kind: 'posting',
    id: at('id'),
    types: [EVENT_TYPES.postingRecorded],
    title: at('description'),
    keys: [],
  },
  {
    ...record,
    kind: 'file',
    id: "split_part(e.stream, '/', 2)",
    types: [EVENT_TYPES.fileCommitted],
    title: "split_part(e.stream, '/', 2)",
    keys: [],
  },
]
