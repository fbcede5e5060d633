/** What an operator must know before a return is booked of which the bank has sent one before. */
export function secondReturn(originalId: string): string {
  return `The bank has returned ${originalId} before, under the same trace number: this is a second return of it.`
}
