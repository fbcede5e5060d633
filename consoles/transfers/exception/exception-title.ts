import { say, type Text } from '@countersign/kernel/languages/say.ts'
import type { ReconException } from './exception.ts'
import { signed } from './exception-entity.ts'

/** What an exception is called where a request is about it: how much, in which direction, what the bank calls it, and of which day. */
export function exceptionTitle(record: ReconException): Text {
  const amount = signed(record)
  return record.reference === ''
    ? say`${amount} · ${record.date}`
    : say`${amount} · ${record.reference} · ${record.date}`
}
