/** What others may know of the transfers console: event types, queues. */

export const EVENT_TYPES = {
  transferCreated: 'transfers.transfer.created',
  transferSettled: 'transfers.transfer.settled',
  returnReceived: 'transfers.transfer.return_received',
  changeNotified: 'transfers.transfer.change_notified',
  /** Published alias: `transfers.returned` (seed 000). */
  transferReturned: 'transfers.transfer.returned',
  returnDishonoured: 'transfers.transfer.return_dishonoured',
  dishonourReceived: 'transfers.transfer.dishonour_received',
  dishonourContested: 'transfers.transfer.dishonour_contested',
  transferSentAgain: 'transfers.transfer.sent_again',
  changeAnswered: 'transfers.transfer.change_answered',
  transferCancelled: 'transfers.transfer.cancelled',
  fileCommitted: 'transfers.file.committed',
  postingRecorded: 'transfers.posting.recorded',
  exceptionRaised: 'transfers.exception.raised',
  exceptionResolved: 'transfers.exception.resolved',
  exceptionReopened: 'transfers.exception.reopened',
  exceptionAssigned: 'transfers.exception.assigned',
  exceptionUnassigned: 'transfers.exception.unassigned',
  exceptionWithdrawn: 'transfers.exception.withdrawn',
  exceptionWrittenOff: 'transfers.exception.written_off',
  exceptionWriteOffReversed: 'transfers.exception.write_off_reversed',
  statementImported: 'transfers.statement.imported',
  statementQuarantined: 'transfers.statement.quarantined',
  statementAcknowledged: 'transfers.statement.acknowledged',
  statementReconciled: 'transfers.statement.reconciled',
  statementReopened: 'transfers.statement.reopened',
  partyUpdated: 'transfers.party.updated',
  partyFrozen: 'transfers.party.frozen',
  partyUnfrozen: 'transfers.party.unfrozen',
  hitRaised: 'transfers.hit.raised',
  hitDecided: 'transfers.hit.decided',
  overrideRecorded: 'transfers.override.recorded',
} as const

export const QUEUES = {
  returns: 'transfers.returns',
  exceptions: 'transfers.exceptions',
  compliance: 'transfers.compliance',
} as const
