/** What others may know of the platform console: event types. */

export const EVENT_TYPES = {
  merchantCreated: 'platform.merchant.created',
  merchantActivated: 'platform.merchant.activated',
  merchantSuspended: 'platform.merchant.suspended',
  transactionRecorded: 'platform.transaction.recorded',
} as const
