import type { Text } from '../languages/say.ts'
import type { BusinessCalendar } from './business-calendar.ts'

export type QueueColumn = {
  readonly key: string
  readonly title: Text
  /** `time`: how long ago; `deadline`: how long until, or since; `score`: from 0 to 1, in thousandths. */
  readonly type: 'text' | 'money' | 'time' | 'deadline' | 'code' | 'person' | 'score'
  /** SQL over the queue's table `q`, giving text or jsonb. */
  readonly sql: string
  /** It says what an item is: a narrow list goes without names before it goes without this. */
  readonly stays?: true
  /** A filter `?key=value` on the column of text named here; must be indexed with the sort. */
  readonly filter?: {
    readonly column: string
    readonly options?: readonly string[]
    /** No row has another value than one of `options`: an index may then name this column before the sort. */
    readonly exhaustive?: true
  }
}

/**
 * A list of work that needs a person. Its table (a projection's) has at least: item_id text, subject_kind text,
 * subject_id text, version integer (of the subject's record), title text, state text ('open' | 'done'), opened_at,
 * due_at and closed_at timestamptz, tenant_id text.
 */
export type Queue = {
  /** `console.word`. */
  readonly name: string
  readonly title: Text
  readonly permission: string
  readonly table: string
  /** The projection that fills the table: how far it is behind is how far the queue is. */
  readonly projection: string
  /** The upstream that the items come from, as its events name it: a list is no newer than its last word. */
  readonly source?: string
  /** Within how many hours an item should be dealt with; the table's `due_at` is `kernel.due_at(queue, opened_at)`, or its deadline. */
  readonly slaHours: number
  /** When those hours count; absent: day and night. */
  readonly calendar?: BusinessCalendar
  /**
   * The column of the table that holds until when an item has to be answered by rules that are not ours, null where there are none: it
   * counts in the place of the SLA.
   */
  readonly deadlineColumn?: string
  /**
   * The column of the table, NULL where an item has none, by which the list can be sorted so that the next deadline stands first. An index
   * begins with the state, then `coalesce(column, NO_DEADLINE)` and the item's id; for each filter one has the filter's columns between the two.
   */
  readonly sortableDeadline?: string
  /** The column of the table whose value is the skill that an item asks for. */
  readonly skillColumn?: string
  readonly columns: readonly QueueColumn[]
  /** The guide that says how it is worked: a file of `docs/guide` that the console gives out, without its ending. */
  readonly guide?: string
  /** What may be done to an item from the queue, in the order of the keys. */
  readonly actions: readonly string[]
}
