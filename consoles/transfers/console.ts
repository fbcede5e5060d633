import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ConsoleDeclaration } from '@countersign/kernel/console.ts'
import { defineErasure } from '@countersign/kernel/erasure/define-erasure.ts'
import type { IngestSource } from '@countersign/kernel/events/ingest-source.ts'
import { readCatalogues } from '@countersign/kernel/languages/read-catalogues.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import { defineReveal } from '@countersign/kernel/reveal/define-reveal.ts'
import { EVENT_TYPES } from './contract.ts'
import { assignBestCandidate } from './exception/assign-best-candidate.ts'
import { assignException } from './exception/assign-exception.ts'
import { exceptionEntity, keptException, statement, statementEntity } from './exception/exception-entity.ts'
import { exceptionAssignedTitle, exceptionRaisedTitle } from './exception/exception-event-titles.ts'
import { exceptionItems, exceptionsQueue } from './exception/exception-projection.ts'
import { partnerRoutes } from './exception/partner-routes.ts'
import { reverseWriteOff } from './exception/reverse-write-off.ts'
import { unassignException } from './exception/unassign-exception.ts'
import { writeOffException } from './exception/write-off-exception.ts'
import { clearComplianceHit } from './hit/clear-compliance-hit.ts'
import { clearHit } from './hit/clear-hit.ts'
import { confirmComplianceHit } from './hit/confirm-compliance-hit.ts'
import { confirmHit } from './hit/confirm-hit.ts'
import { hitEntity } from './hit/hit-entity.ts'
import {
  HIT_CLEARED,
  HIT_CONFIRMED,
  HIT_MATCHED,
  HIT_OVERRIDDEN,
  HIT_REOPENED,
  HIT_SUPERSEDED,
} from './hit/hit-events.ts'
import { complianceItems, complianceQueue } from './hit/hit-projection.ts'
import { PAIR_RULE_AGREED, PAIR_RULE_SUPPRESSED, PAIR_RULE_WITHDRAWN } from './hit/pair-rule.ts'
import { pairRules } from './hit/pair-rule-projection.ts'
import { proposePairRule } from './hit/propose-pair-rule.ts'
import { reopenHit } from './hit/reopen-hit.ts'
import { screeningHits } from './hit/screening-hit-projection.ts'
import { withdrawPairRule } from './hit/withdraw-pair-rule.ts'
import { importFile } from './import/import-file-action.ts'
import { importedFileEntity } from './import/imported-file.ts'
import { refusedFileEntity } from './import/refused-file.ts'
import { reportRefusedFile } from './import/report-refused-file.ts'
import { postingEntity } from './ledger/posting-entity.ts'
import { freezeEntity } from './party/freeze-entity.ts'
import { keptParty, partyEntity } from './party/party-entity.ts'
import { partyView } from './party/party-projection.ts'
import { unfreezeEntity } from './party/unfreeze-entity.ts'
import type { Recon } from './recon/recon-port.ts'
import { transfersRoles } from './roles.ts'
import { keepRule } from './screening/keep-rule.ts'
import { listEntryEntity } from './screening/list-entry-entity.ts'
import { listEntryRoutes } from './screening/list-entry-routes.ts'
import { listRoutes } from './screening/list-routes.ts'
import { LIST_TAKEN } from './screening/list-taken.ts'
import { overrideRateAlert } from './screening/override-rate-alert.ts'
import { partyToScreenView } from './screening/party-to-screen-projection.ts'
import { sanctionsListEntity } from './screening/sanctions-list.ts'
import { screeningOverview } from './screening/screening-overview.ts'
import { RULE_KEPT, RULE_TUNED, TUNING_DUE } from './screening/screening-rule.ts'
import { screeningRuleEntity } from './screening/screening-rule-entity.ts'
import { screeningSource } from './screening/screening-source.ts'
import { takeListIntoForce } from './screening/take-list-into-force.ts'
import { tuneRule } from './screening/tune-rule.ts'
import { searchSources } from './search-sources.ts'
import { acknowledgeStatement } from './statement/acknowledge-statement.ts'
import { acceptDishonour } from './transfer/accept-dishonour.ts'
import { answerChange } from './transfer/answer-change.ts'
import { contestDishonour } from './transfer/contest-dishonour.ts'
import { dishonourReturn } from './transfer/dishonour-return.ts'
import { exceptionAbout } from './transfer/exception-about.ts'
import { refuseChange } from './transfer/refuse-change.ts'
import { returnTransfer } from './transfer/return-transfer.ts'
import { returnsQueue } from './transfer/returns-queue.ts'
import { sendAgain } from './transfer/send-again.ts'
import { keptTransfer, transferEntity } from './transfer/transfer-entity.ts'
import { returnsItems, transferView } from './transfer/transfer-projection.ts'
import type { Upstreams } from './upstreams.ts'

const REVEALED = say`Personal data revealed to one person`
const ERASED = say`Personal data erased`

/** The transfers console: what it declares, and nothing else. */
export const transfersConsole = (
  ingest: readonly IngestSource[],
  recon: Pick<Recon, 'findPartners'>,
): ConsoleDeclaration<Upstreams> => ({
  name: 'transfers',
  title: say`Transfers`,
  upstreamTitles: { cts: 'CTS', ledger: say`Ledger`, recon: say`Recon`, compliance: say`Compliance` },
  roles: transfersRoles,
  readPermissions: ['transfers:read'],
  policies: {
    'transfers.cedar': readFileSync(new URL('./transfers.cedar', import.meta.url), 'utf8'),
  },
  entities: [
    transferEntity,
    partyEntity,
    exceptionEntity,
    statementEntity,
    hitEntity,
    postingEntity,
    importedFileEntity,
    refusedFileEntity,
    sanctionsListEntity,
    listEntryEntity,
    screeningRuleEntity,
    screeningOverview,
  ],
  actions: [
    returnTransfer,
    sendAgain,
    dishonourReturn,
    contestDishonour,
    acceptDishonour,
    answerChange,
    refuseChange,
    freezeEntity,
    unfreezeEntity,
    importFile,
    reportRefusedFile,
    acknowledgeStatement,
    assignException,
    assignBestCandidate,
    unassignException,
    writeOffException,
    reverseWriteOff,
    takeListIntoForce,
    clearHit,
    reopenHit,
    clearComplianceHit,
    confirmHit,
    confirmComplianceHit,
    proposePairRule,
    withdrawPairRule,
    tuneRule,
    keepRule,
    defineReveal(keptTransfer),
    defineReveal(keptParty),
    defineReveal(keptException),
    defineReveal(statement),
    defineErasure(keptTransfer),
    defineErasure(keptParty),
    defineErasure(keptException),
  ],
  queues: [returnsQueue, exceptionsQueue, complianceQueue],
  projections: [
    transferView,
    returnsItems,
    exceptionItems,
    exceptionAbout,
    complianceItems,
    partyView,
    partyToScreenView,
    screeningHits,
    pairRules,
  ],
  search: searchSources,
  ingest,
  finds: [screeningSource],
  routes: (kernel) => [...listRoutes(kernel), ...listEntryRoutes(kernel), ...partnerRoutes(recon)],
  alerts: [overrideRateAlert],
  eventTitles: {
    'transfers.transfer_reveal.granted': REVEALED,
    'transfers.party_reveal.granted': REVEALED,
    'transfers.exception_reveal.granted': REVEALED,
    'transfers.statement_reveal.granted': REVEALED,
    'transfers.transfer_erasure.carried_out': ERASED,
    'transfers.party_erasure.carried_out': ERASED,
    'transfers.exception_erasure.carried_out': ERASED,
    [EVENT_TYPES.transferCreated]: say`Transfer created`,
    [EVENT_TYPES.transferSettled]: say`Transfer settled`,
    [EVENT_TYPES.returnReceived]: ({ contested }) =>
      contested === true ? say`The bank contested the dishonour of its return` : say`The bank sent a return`,
    [EVENT_TYPES.changeNotified]: say`The bank sent a notification of change`,
    [EVENT_TYPES.transferReturned]: say`Transfer returned`,
    [EVENT_TYPES.returnDishonoured]: say`Return dishonoured: the transfer stands`,
    [EVENT_TYPES.dishonourReceived]: say`The bank dishonoured what was sent back`,
    [EVENT_TYPES.dishonourContested]: say`Dishonour contested: it stays sent back`,
    [EVENT_TYPES.transferSentAgain]: say`Sent again`,
    [EVENT_TYPES.changeAnswered]: say`Notification of change answered`,
    [EVENT_TYPES.transferCancelled]: say`Transfer cancelled`,
    [EVENT_TYPES.fileCommitted]: say`File imported`,
    'transfers.refused_file.reported': ({ message }) =>
      typeof message === 'string' ? say`File refused: ${message}` : say`File refused`,
    [EVENT_TYPES.postingRecorded]: say`Posted`,
    [EVENT_TYPES.exceptionRaised]: exceptionRaisedTitle,
    [EVENT_TYPES.exceptionReopened]: say`Without a partner again`,
    [EVENT_TYPES.exceptionAssigned]: exceptionAssignedTitle,
    [EVENT_TYPES.exceptionUnassigned]: say`Assignment taken back`,
    [EVENT_TYPES.exceptionWithdrawn]: say`Withdrawn: the assignment that left it over was taken back`,
    [EVENT_TYPES.exceptionWrittenOff]: say`Exception written off`,
    [EVENT_TYPES.exceptionWriteOffReversed]: say`Write-off reversed`,
    [EVENT_TYPES.exceptionResolved]: say`Exception resolved`,
    [EVENT_TYPES.statementImported]: say`Statement imported`,
    [EVENT_TYPES.statementQuarantined]: say`Statement quarantined: it does not add up`,
    [EVENT_TYPES.statementAcknowledged]: say`Difference acknowledged; the statement is matched`,
    [EVENT_TYPES.statementReconciled]: say`Every line has its partner`,
    [EVENT_TYPES.statementReopened]: say`A line is without a partner again`,
    [LIST_TAKEN]: say`Version of the list taken into force`,
    [EVENT_TYPES.partyUpdated]: say`Party updated`,
    [EVENT_TYPES.partyFrozen]: say`Party frozen`,
    [EVENT_TYPES.partyUnfrozen]: say`Party unfrozen`,
    [EVENT_TYPES.hitRaised]: say`Screening raised a hit`,
    [EVENT_TYPES.hitDecided]: say`Hit decided`,
    [HIT_CLEARED]: say`Hit cleared: not the same`,
    [HIT_REOPENED]: say`Hit opened again`,
    [TUNING_DUE]: say`The rule is to be tuned: most of what it raises is cleared`,
    [RULE_TUNED]: say`Rule tuned`,
    [RULE_KEPT]: say`Rule looked at, and kept as it is`,
    [PAIR_RULE_AGREED]: say`A rule for this party and an entry is in force`,
    [PAIR_RULE_WITHDRAWN]: say`The rule for this party and an entry was withdrawn`,
    [PAIR_RULE_SUPPRESSED]: say`A hit was kept back by the rule for its pair`,
    [HIT_MATCHED]: say`Hit confirmed: the party was frozen already`,
    [HIT_CONFIRMED]: say`Hit confirmed: the party was frozen for it`,
    [HIT_SUPERSEDED]: say`Raised anew: one of the two has changed`,
    [HIT_OVERRIDDEN]: say`Hit cleared: the party was unfrozen, it was not who is listed`,
    [EVENT_TYPES.overrideRecorded]: say`Override recorded against the rule`,
  },
  texts: readCatalogues(new URL('.', import.meta.url)),
  migrations: { module: 'transfers', directory: dirname(fileURLToPath(import.meta.url)) },
})
