import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ConsoleDeclaration } from '@countersign/kernel/console.ts'
import { defineErasure } from '@countersign/kernel/erasure/define-erasure.ts'
import type { IngestSource } from '@countersign/kernel/events/ingest-source.ts'
import { readCatalogues } from '@countersign/kernel/languages/read-catalogues.ts'
import { defineReveal } from '@countersign/kernel/reveal/define-reveal.ts'
import { EVENT_TYPES } from './contract.ts'
import { exceptionEntity, keptException, statement, statementEntity } from './exception/exception-entity.ts'
import { exceptionItems, exceptionsQueue } from './exception/exception-projection.ts'
import { hitEntity } from './hit/hit-entity.ts'
import { complianceItems, complianceQueue } from './hit/hit-projection.ts'
import { importFile } from './import/import-file-action.ts'
import { importedFileEntity } from './import/imported-file.ts'
import { refusedFileEntity } from './import/refused-file.ts'
import { reportRefusedFile } from './import/report-refused-file.ts'
import { postingEntity } from './ledger/posting-entity.ts'
import { freezeEntity } from './party/freeze-entity.ts'
import { keptParty, partyEntity } from './party/party-entity.ts'
import { partyView } from './party/party-projection.ts'
import { unfreezeEntity } from './party/unfreeze-entity.ts'
import { transfersRoles } from './roles.ts'
import { searchSources } from './search-sources.ts'
import { acknowledgeStatement } from './statement/acknowledge-statement.ts'
import { returnTransfer } from './transfer/return-transfer.ts'
import { returnsQueue } from './transfer/returns-queue.ts'
import { keptTransfer, transferEntity } from './transfer/transfer-entity.ts'
import { returnsItems, transferView } from './transfer/transfer-projection.ts'
import type { Upstreams } from './upstreams.ts'

const REVEALED = 'Personal data revealed to one person'
const ERASED = 'Personal data erased'

/** The transfers console: what it declares, and nothing else. */
export const transfersConsole = (ingest: readonly IngestSource[]): ConsoleDeclaration<Upstreams> => ({
  name: 'transfers',
  title: 'Transfers',
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
  ],
  actions: [
    returnTransfer,
    freezeEntity,
    unfreezeEntity,
    importFile,
    reportRefusedFile,
    acknowledgeStatement,
    defineReveal(keptTransfer),
    defineReveal(keptParty),
    defineReveal(keptException),
    defineReveal(statement),
    defineErasure(keptTransfer),
    defineErasure(keptParty),
    defineErasure(keptException),
  ],
  queues: [returnsQueue, exceptionsQueue, complianceQueue],
  projections: [transferView, returnsItems, exceptionItems, complianceItems, partyView],
  search: searchSources,
  ingest,
  eventTitles: {
    'transfers.transfer_reveal.granted': REVEALED,
    'transfers.party_reveal.granted': REVEALED,
    'transfers.exception_reveal.granted': REVEALED,
    'transfers.statement_reveal.granted': REVEALED,
    'transfers.transfer_erasure.carried_out': ERASED,
    'transfers.party_erasure.carried_out': ERASED,
    'transfers.exception_erasure.carried_out': ERASED,
    [EVENT_TYPES.transferCreated]: 'Transfer created',
    [EVENT_TYPES.transferSettled]: 'Transfer settled',
    [EVENT_TYPES.returnReceived]: 'The bank sent a return',
    [EVENT_TYPES.changeNotified]: 'The bank sent a notification of change',
    [EVENT_TYPES.transferReturned]: 'Transfer returned',
    [EVENT_TYPES.transferCancelled]: 'Transfer cancelled',
    [EVENT_TYPES.fileCommitted]: 'File imported',
    'transfers.refused_file.reported': 'File refused',
    [EVENT_TYPES.postingRecorded]: 'Posted',
    [EVENT_TYPES.exceptionRaised]: 'Left without a partner in reconciliation',
    [EVENT_TYPES.exceptionResolved]: 'Exception resolved',
    [EVENT_TYPES.statementImported]: 'Statement imported',
    [EVENT_TYPES.statementQuarantined]: 'Statement quarantined: it does not add up',
    [EVENT_TYPES.statementAcknowledged]: 'Difference acknowledged; the statement is matched',
    [EVENT_TYPES.partyUpdated]: 'Party updated',
    [EVENT_TYPES.partyFrozen]: 'Party frozen',
    [EVENT_TYPES.partyUnfrozen]: 'Party unfrozen',
    [EVENT_TYPES.hitRaised]: 'Screening raised a hit',
    [EVENT_TYPES.hitDecided]: 'Hit decided',
    [EVENT_TYPES.overrideRecorded]: 'Override recorded against the rule',
  },
  texts: readCatalogues(new URL('.', import.meta.url)),
  migrations: { module: 'transfers', directory: dirname(fileURLToPath(import.meta.url)) },
})
