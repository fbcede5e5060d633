import { setImmediate as others } from 'node:timers/promises'

/** Something of each, with a turn for the rest of the process after every so many: a whole list takes longer than others can wait. */
export async function inTurns<T>(
  items: Iterable<T>,
  many: number,
  each: (item: T, at: number) => void,
): Promise<void> {
  let at = 0
  for (const item of items) {
    if (at > 0 && at % many === 0) await others()
    each(item, at)
    at += 1
  }
}
