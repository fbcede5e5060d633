import type { Translate } from '../messages.ts'
import { readable } from './preview-value.tsx'

/** Why nothing came of it, by the kernel's own code. What an upstream or a console said is in words already. */
const CAUSES: Readonly<Record<string, string>> = {
  already_requested: 'cause.alreadyRequested',
  already_undone: 'cause.alreadyUndone',
  answer_lost: 'cause.answerLost',
  econnrefused: 'cause.notReached',
  forbidden: 'cause.noRole',
  forbidden_by_policy: 'cause.forbidden',
  malformed: 'cause.malformed',
  made_already: 'cause.madeAlready',
  no_row_executed: 'cause.noRow',
  nobody_may_agree: 'cause.nobodyAgrees',
  not_a_person: 'cause.machine',
  not_a_super_role: 'cause.noSuperRole',
  not_on_break_glass_list: 'cause.notListed',
  target_changed: 'cause.changed',
  target_unreadable: 'cause.unreadable',
  timeout: 'cause.timeout',
  too_late: 'cause.tooLate',
  upstream_unreadable: 'cause.unreadable',
  withdrawn: 'cause.stopped',
}

/** A cause as a person reads it; a code that is not known here is read as words. */
export function causeWords(why: string, t: Translate): string {
  const known = CAUSES[why]
  return known === undefined ? readable(why) : t(known)
}
