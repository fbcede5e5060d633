import type { ConsoleWeb } from '@countersign/web-kit/console-web.ts'
import { assignExceptionForm } from './assign-exception-form.tsx'
import { DishonourFields } from './dishonour-fields.tsx'
import { sources } from './entry.ts'
import { exceptionView } from './exception-view.tsx'
import { fileView } from './file-view.tsx'
import { freezeForm, unfreezeForm } from './freeze-form.tsx'
import { hitView } from './hit-view.tsx'
import { listEntryView } from './list-entry-view.tsx'
import { partyView } from './party-view.tsx'
import { postingView } from './posting-view.tsx'
import { queueRunbooks, runbookMessages } from './queue-runbooks.ts'
import { refusedFileView } from './refused-file-view.tsx'
import { returnTransferForm } from './return-transfer-form.ts'
import { personalLabels, revealForm } from './reveal-form.tsx'
import { RULE_NAMES, RULES_TO_TUNE } from './rule-name.ts'
import { sanctionsListView } from './sanctions-list-view.tsx'
import { screeningRuleView } from './screening-rule-view.tsx'
import { screeningView } from './screening-view.tsx'
import { SendAgainFields } from './send-again-fields.tsx'
import { statementView } from './statement-view.tsx'
import { takeListForm } from './take-list-form.ts'
import { transferView } from './transfer-view.tsx'
import { tuneRuleForm } from './tune-rule-form.ts'
import { writeOffForm } from './write-off-form.tsx'

/** The transfers console in the browser. */
const transfers: ConsoleWeb = {
  name: 'transfers',
  messages: {
    en: () => import('./catalogue.en.ts'),
    fr: () => import('./catalogue.fr.ts'),
    ar: () => import('./catalogue.ar.ts'),
  },
  records: {
    transfer: transferView,
    party: partyView,
    exception: exceptionView,
    hit: hitView,
    posting: postingView,
    statement: statementView,
    file: fileView,
    refused_file: refusedFileView,
    sanctions_list: sanctionsListView,
    list_entry: listEntryView,
    screening: screeningView,
    screening_rule: screeningRuleView,
  },
  queueRunbooks,
  runbookMessages,
  actionForms: {
    'transfers.assign_exception': assignExceptionForm,
    'transfers.write_off_exception': writeOffForm,
    'transfers.return_transfer': returnTransferForm,
    'transfers.dishonour_return': { FieldsOfReason: DishonourFields },
    'transfers.send_again': { Fields: SendAgainFields },
    'transfers.freeze_entity': freezeForm,
    'transfers.unfreeze_entity': unfreezeForm,
    'transfers.tune_rule': tuneRuleForm,
    'transfers.take_list_into_force': takeListForm,
    'transfers.reveal_transfer': revealForm,
    'transfers.reveal_party': revealForm,
    'transfers.reveal_exception': revealForm,
    'transfers.reveal_statement': revealForm,
  },
  actionKeys: {
    'transfers.assign_exception': 'mod+Enter',
    'transfers.write_off_exception': 'w',
    'transfers.return_transfer': 'r',
    'transfers.send_again': 's',
    'transfers.dishonour_return': 'd',
    'transfers.contest_dishonour': 'o',
    'transfers.accept_dishonour': 'y',
    'transfers.answer_change': 'c',
    'transfers.refuse_change': 'b',
    'transfers.clear_hit': 'c',
    'transfers.clear_compliance_hit': 'c',
    'transfers.confirm_hit': 's',
    'transfers.confirm_compliance_hit': 's',
    'transfers.propose_pair_rule': 'p',
    'transfers.freeze_entity': 'f',
    'transfers.unfreeze_entity': 'u',
  },
  personalLabels,
  columnLabels: {
    rail: {
      ach: 'transfers.rail.ach',
      sepa_ct: 'transfers.rail.sepa_ct',
      wire: 'transfers.rail.wire',
    },
    case: { book: 'transfers.case.book' },
    rule_id: RULE_NAMES,
    screened: RULES_TO_TUNE,
    kind: {
      return: 'transfers.item.return',
      contested: 'transfers.item.contested',
      dishonour: 'transfers.item.dishonour',
      change: 'transfers.item.change',
      statement_line: 'transfers.exception.statement_line',
      posting: 'transfers.exception.posting',
      statement: 'transfers.kind.statement',
    },
  },
  hiddenColumns: ['currency'],
  sources,
}

export default transfers
