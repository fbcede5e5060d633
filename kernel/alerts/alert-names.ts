import { REQUEST_ID } from '../actions/request-record.ts'
import { targetTitles } from '../actions/target-titles.ts'
import type { Kernel } from '../kernel.ts'
import type { Text } from '../languages/say.ts'
import type { AlertFacts } from './alert-kind.ts'
import { namesOf } from './people-on-call.ts'

/** What those whom alerts tell of are called, and the records that the requests they are about are on. */
export type AlertNames = {
  readonly people: Readonly<Record<string, string>>
  /** By the id of the request. */
  readonly targets: ReadonlyMap<string, Text>
}

/** Of a page of alerts, in as many queries as there are kinds of records. */
export async function alertNames(kernel: Kernel, alerts: readonly AlertFacts[]): Promise<AlertNames> {
  const requests = alerts.flatMap(({ subject_kind, subject_id }) =>
    subject_kind === 'request' && typeof subject_id === 'string' && REQUEST_ID.test(subject_id)
      ? [subject_id]
      : [],
  )
  const [people, targets] = await Promise.all([
    namesOf(kernel.pool, [...new Set(alerts.flatMap(({ by }) => (typeof by === 'string' ? [by] : [])))]),
    targetTitles(kernel, requests),
  ])
  return { people, targets }
}
