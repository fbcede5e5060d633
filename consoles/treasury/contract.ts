/** What others may know of the treasury console: event types. */
export const EVENT_TYPES = {
  settlementPaidOut: 'treasury.settlement.paid_out',
  settlementConfirmed: 'treasury.settlement.confirmed',
  periodLocked: 'treasury.accounting_period.locked',
} as const
