import type { Transfer } from './transfer.ts'

/** A transfer with the return that it had. */
export type ReturnedTransfer = Extract<Transfer, { return: unknown }>

/** One of ours that a bank returned, whatever came of that. */
export function cameBack(record: Transfer): record is ReturnedTransfer {
  return 'return' in record && record.direction === 'outgoing'
}

/** One that came in, was sent back, and whose bank dishonoured that, whatever came of it. */
export function wasDishonoured(record: Transfer): record is ReturnedTransfer {
  return 'return' in record && record.direction === 'incoming' && record.return.dishonour !== undefined
}
