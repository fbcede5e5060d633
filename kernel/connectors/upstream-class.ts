import type { Delivery } from '../actions/define-action.ts'

/**
 * What can be relied on once the answer to a write was lost (docs/connectors/upstream-contract.md, "Classes").
 * A: the same key is performed once. B: it can be asked by our reference. C: it writes only over the version that is
 * named. D: none of it.
 */
export type UpstreamClass = 'A' | 'B' | 'C' | 'D'

/** Did the thing happen? `retry`: it has not; `unknown`: it cannot be asked now; undefined: it cannot say. */
type ReadBack<Accepted, Context> = (accepted: Accepted, context: Context) => Promise<Delivery | undefined>
/** In ms, as the upstream says itself; undefined when it cannot be asked now. */
type SaidMs<Accepted, Context> = (accepted: Accepted, context: Context) => Promise<number | undefined>

/** An effect's class, with what that class has to be able to do. `Context` is that of the delivery. */
export type AfterLostAnswer<Accepted, Context> =
  | {
      readonly class: 'A'
      readonly readBack: ReadBack<Accepted, Context>
      /** For how long it remembers a key. */
      readonly keyRetentionMs: SaidMs<Accepted, Context>
    }
  | {
      readonly class: 'B'
      readonly readBack: ReadBack<Accepted, Context>
      /** After this long, what it has not begun on it never will: only then does its "no" hold. */
      readonly settlesWithinMs: SaidMs<Accepted, Context>
    }
  | { readonly class: 'C'; readonly readBack: ReadBack<Accepted, Context> }
  | { readonly class: 'D' }

/** The same effect with its types closed over. `bind` makes the context that the declaration expects. */
export function bindAfterLostAnswer<Accepted, Context, BoundAccepted, BoundContext>(
  declared: AfterLostAnswer<Accepted, Context>,
  bind: {
    readonly accepted: (accepted: BoundAccepted) => Accepted
    readonly context: (context: BoundContext) => Context
  },
): AfterLostAnswer<BoundAccepted, BoundContext> {
  const bound =
    <Answer>(ask: (accepted: Accepted, context: Context) => Answer) =>
    (accepted: BoundAccepted, context: BoundContext) =>
      ask(bind.accepted(accepted), bind.context(context))
  switch (declared.class) {
    case 'A':
      return {
        class: 'A',
        readBack: bound(declared.readBack),
        keyRetentionMs: bound(declared.keyRetentionMs),
      }
    case 'B':
      return {
        class: 'B',
        readBack: bound(declared.readBack),
        settlesWithinMs: bound(declared.settlesWithinMs),
      }
    case 'C':
      return { class: 'C', readBack: bound(declared.readBack) }
    case 'D':
      return { class: 'D' }
  }
}
