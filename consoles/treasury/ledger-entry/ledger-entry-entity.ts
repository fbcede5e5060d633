import { defineEntity } from '@countersign/kernel/entities/define-entity.ts'
import { entityId } from '@countersign/kernel/entities/entity-ref.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { instant } from '@countersign/kernel/time/instant.ts'
import { z } from 'zod'
import type { Upstreams } from '../upstreams.ts'
import { type LedgerEntry, ledgerEntryOnDoor } from './ledger-entry.ts'

/** Entries of the ledger, to look at only: nothing here posts, and none of them is ever changed. */
export const ledgerEntryEntity = defineEntity<LedgerEntry, Upstreams>({
  kind: 'ledger_entry',
  console: 'treasury',
  read: (id, { treasury }, { signal }) => treasury.entry(id, signal),
  present: ({ id, version: _version, ...entry }) => ({
    title: entry.description,
    state: 'posted',
    data: {
      ...{ id, at: entry.at, description: entry.description, lines: entry.lines },
      transfer_id: entry.transfer_id ?? null,
      exception_id: entry.exception_id ?? null,
      reverses: entry.reverses ?? null,
    },
    related: entry.settlement_id
      ? [
          {
            kind: 'settlement',
            id: entry.settlement_id,
            title: entry.settlement_id,
            relation: say`Settlement`,
          },
        ]
      : [],
  }),
  list: {
    filters: z.object({
      account: entityId.optional().meta({ description: 'With a line on this account.' }),
      transfer_id: entityId.optional(),
      settlement_id: entityId.optional(),
      from: instant.optional().meta({ description: 'Posted then or later.' }),
      to: instant.optional().meta({ description: 'Posted before then.' }),
    }),
    page: (query, { treasury }, signal) => treasury.entries(query, signal),
    register: {
      title: say`Ledger entries`,
      columns: [
        {
          key: 'description',
          title: say`Description`,
          type: 'text',
          stays: true,
          value: ({ description }) => description,
        },
        {
          key: 'amount',
          title: say`Amount`,
          type: 'money',
          // An entry of this ledger has one line on each side.
          value: ({ lines }) => lines[0]?.amount ?? null,
        },
        { key: 'at', title: say`Posted`, type: 'time', value: ({ at }) => at },
      ],
      filters: [
        { key: 'account', title: say`Account`, hint: say`The number of an account, such as 1040-USD.` },
        { key: 'settlement_id', title: say`Settlement`, hint: say`The id of a settlement.` },
        { key: 'transfer_id', title: say`Transfer`, hint: say`The id of a transfer.` },
        { key: 'from', title: say`Posted since`, type: 'instant' },
        { key: 'to', title: say`Posted before`, type: 'instant' },
      ],
    },
    door: {
      path: '/api/ledger/entries',
      summary: 'Entries of the ledger, newest first; amounts in minor units',
      member: 'entries',
      item: ledgerEntryOnDoor,
      beside: { success: true },
    },
  },
})
