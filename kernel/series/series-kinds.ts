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
    kind('queue.waiting', 'level', 'items', 'queue'),
    kind('queue.late', 'level', 'items', 'queue'),
    kind('queue.oldest', 'level', 'seconds', 'queue'),
    kind('queue.opened', 'count', 'items', 'queue', 900),
    kind('queue.resolved', 'duration', 'seconds', 'queue', 900),
    kind('queue.in_time', 'count', 'items', 'queue', 900),
    kind('approvals.waiting', 'level', 'items', 'console'),
    kind('approvals.oldest', 'level', 'seconds', 'console'),
    kind('upstream.calls', 'duration', 'seconds', 'upstream'),
    kind('upstream.failures', 'count', 'items', 'upstream'),
    kind('upstream.paused', 'level', 'items', 'upstream'),
    kind('upstream.circuits_open', 'level', 'items', 'upstream'),
    kind('upstream.unheard', 'level', 'seconds', 'upstream'),
    kind('effects.waiting', 'level', 'items', 'upstream'),
    kind('effects.oldest', 'level', 'seconds', 'upstream'),
    kind('dead_letters.waiting', 'level', 'items', 'upstream'),
    kind('projection.behind', 'level', 'seconds', 'projection'),
    kind('audit.unwitnessed', 'level', 'seconds', 'log'),
    kind('http.answers', 'duration', 'seconds', 'class'),
    kind('http.failures', 'count', 'items', 'class'),
  ].map((one) => [one.name, one]),
)
