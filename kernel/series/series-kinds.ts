/** What a series measures, and how a step of it is read: once a minute, how things stand; how many; or how long each took. */
export type Measure = 'level' | 'count' | 'duration'

export type SeriesKind = {
  readonly name: string
  readonly measure: Measure
  /** Of its values. */
  readonly unit: 'items' | 'seconds'
  /** The narrowest step that it is kept by, in seconds. */
  readonly finestS: 60 | 900
  /** What its labels are: a queue's are for whoever sees the queue, the others for whoever reads records. */
  readonly of: 'queue' | 'upstream' | 'projection' | 'console' | 'class' | 'log'
}

const kind = (
  name: string,
  measure: Measure,
  unit: SeriesKind['unit'],
  of: SeriesKind['of'],
  finestS: 60 | 900 = 60,
): SeriesKind => ({ name, measure, unit, of, finestS })

/** Every series that there is (T-08, T-10). */
export const seriesKinds: ReadonlyMap<string, SeriesKind> = new Map(
  [
    kind('queue_waiting', 'level', 'items', 'queue'),
    kind('queue_late', 'level', 'items', 'queue'),
    kind('queue_oldest', 'level', 'seconds', 'queue'),
    kind('queue_opened', 'count', 'items', 'queue', 900),
    kind('queue_resolved', 'duration', 'seconds', 'queue', 900),
    kind('queue_in_time', 'count', 'items', 'queue', 900),
    kind('approvals_waiting', 'level', 'items', 'console'),
    kind('approvals_oldest', 'level', 'seconds', 'console'),
    kind('upstream_calls', 'duration', 'seconds', 'upstream'),
    kind('upstream_failures', 'count', 'items', 'upstream'),
    kind('upstream_paused', 'level', 'items', 'upstream'),
    kind('upstream_circuits_open', 'level', 'items', 'upstream'),
    kind('upstream_unheard', 'level', 'seconds', 'upstream'),
    kind('effects_waiting', 'level', 'items', 'upstream'),
    kind('effects_oldest', 'level', 'seconds', 'upstream'),
    kind('dead_letters_waiting', 'level', 'items', 'upstream'),
    kind('projection_behind', 'level', 'seconds', 'projection'),
    kind('audit_unwitnessed', 'level', 'seconds', 'log'),
    kind('http_answers', 'duration', 'seconds', 'class'),
    kind('http_failures', 'count', 'items', 'class'),
  ].map((one) => [one.name, one]),
)
