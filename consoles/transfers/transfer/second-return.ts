import { type Said, say } from '@countersign/kernel/languages/say.ts'

/** What an operator must know before a return is booked of which the bank has sent one before. */
export function secondReturn(originalId: string): Said {
  return say`The bank has returned ${originalId} before, under the same trace number: this is a second return of it.`
}
