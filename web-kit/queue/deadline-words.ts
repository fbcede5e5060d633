import { formatDuration } from '../duration.ts'
import type { Translate } from '../messages.ts'

/** Until when others want an answer, as a cell says it: how long that is, or that it is over and since when. */
export function deadlineWords(at: string, now: number, t: Translate, language: string): string {
  const left = Date.parse(at) - now
  const length = formatDuration(left, language)
  return left < 0 ? t('queue.deadline.over', { length }) : t('time.ahead', { length })
}
