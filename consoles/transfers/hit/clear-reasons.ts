import { OTHER, type ReasonCode } from '@countersign/kernel/actions/define-action.ts'
import { say } from '@countersign/kernel/languages/say.ts'

/** Why a party is not who is listed. */
export const clearReasons: readonly ReasonCode[] = [
  { code: 'other_birth_date', title: say`Born on another day` },
  { code: 'other_nationality', title: say`Of another nationality` },
  { code: 'other_name', title: say`The names are alike and not the same` },
  { code: 'documents_seen', title: say`Identity documents were seen`, noteRequired: true },
  OTHER,
]
