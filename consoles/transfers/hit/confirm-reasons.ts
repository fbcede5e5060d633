import { OTHER, type ReasonCode } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'

/** Why a party is who is listed. */
export const confirmReasons: readonly ReasonCode[] = [
  { code: 'same_identifiers', title: say`Date of birth, nationality or document are the same` },
  { code: 'confirmed_before', title: say`The party is frozen as this person already` },
  { code: 'documents_seen', title: say`Identity documents were seen`, noteRequired: true },
  OTHER,
]
