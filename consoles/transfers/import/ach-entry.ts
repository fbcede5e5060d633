import type { WireMoney } from '@countersign/kernel/money/money.ts'

/** What addenda 99 of a returned entry says. */
export type AchReturn = {
  /** Nacha return reason code, `R01` to `R99`. */
  code: string
  original_trace: string
  /** First eight digits of the routing number of the bank that received the original entry. */
  original_rdfi: string
  addenda_information: string
  /** `YYYY-MM-DD`; only with R14 and R15. */
  date_of_death?: string
}

/** What addenda 98 of a notification of change says. */
export type AchChange = {
  /** Nacha change code, `C01` to `C69`. */
  code: string
  original_trace: string
  corrected_data: string
}

/** One Nacha entry with its addenda, in the shape that CTS takes (docs/connectors/upstream-contract.md). */
export type AchEntry = {
  /** Line of the entry detail record in the file, from 1. */
  line: number
  /** Batch number, as the batch header has it. */
  batch: number
  sec_code: string
  transaction_code: string
  side: 'debit' | 'credit'
  amount: WireMoney
  /** Routing number of the receiving bank, nine digits with its check digit. */
  rdfi: string
  account: string
  name: string
  individual_id: string
  trace_number: string
  company: { name: string; id: string; entry_description: string }
  /** `YYYY-MM-DD`; the file's creation date where the batch leaves it blank, as returns do. */
  effective_date: string
  /** Addenda 05: the payment information; any other type: the record from its type code on. */
  addenda: string[]
  return?: AchReturn
  change?: AchChange
}
