import type { ActionForm } from '@countersign/web-kit/console-web.ts'
import { RevealField } from '@countersign/web-kit/record/reveal-field.tsx'

/** What the fields of personal data are called. */
export const personalLabels = {
  name: 'transfers.personal.name',
  date_of_birth: 'transfers.personal.dateOfBirth',
  account: 'transfers.personal.account',
  counterparty: 'transfers.personal.counterparty',
  description: 'transfers.personal.description',
  'originator.name': 'transfers.personal.originatorName',
  'originator.account': 'transfers.personal.originatorAccount',
  'receiver.name': 'transfers.personal.receiverName',
  'receiver.account': 'transfers.personal.receiverAccount',
  'receiver.individual_id': 'transfers.personal.receiverId',
  'on_file.account': 'transfers.personal.correctedAccount',
  'on_file.name': 'transfers.personal.correctedName',
  'on_file.individual_id': 'transfers.personal.correctedId',
  'return.dishonour.addenda': 'transfers.personal.dishonourAddenda',
  'return.contest.addenda': 'transfers.personal.contestAddenda',
  'return.addenda': 'transfers.personal.addenda',
  'change.corrected_data': 'transfers.personal.correctedData',
}

/** Which field is to be shown. */
export const revealForm: ActionForm = { Fields: RevealFields }

function RevealFields(props: Omit<Parameters<typeof RevealField>[0], 'labels'>) {
  return <RevealField {...props} labels={personalLabels} />
}
