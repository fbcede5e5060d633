import { readTarget } from '../actions/read-target.ts'
import type { BoundAction } from '../console.ts'
import type { Kernel } from '../kernel.ts'
import { counted, say, type Text } from '../languages/say.ts'

/** Where approvals come from, or what is read to show them, as it was found just now. */
export type Source = {
  /** `countersign`, a console, or an upstream. */
  readonly name: string
  /** `unreadable`: what is listed is shown as it was asked for; `missing`: what waits there is not listed. */
  readonly status: 'ok' | 'unreadable' | 'missing'
  /** RFC 3339, UTC; null where it could not be read. */
  readonly read_at: string | null
  readonly why?: Text
}

/** An action of which something waits, and the id of one record that it is to be done to. */
export type WaitingOn = { readonly type: string; readonly target_id: string }

/**
 * The state of every source of the inbox: our own record of requests, each console whose requests this person decides
 * on, and each upstream that what waits is about, asked for one of its records.
 *
 * @param waiting one of each action of which something waits for this person
 * @param gone what is pending of actions that this installation does not have (any more), by console
 * @returns with the actions whose records cannot be read now, and why
 */
export async function inboxSources(
  kernel: Kernel,
  types: readonly string[],
  waiting: readonly WaitingOn[],
  gone: readonly { readonly console: string; readonly waiting: number }[],
): Promise<{ readonly sources: readonly Source[]; readonly unreadable: ReadonlyMap<string, Text> }> {
  const readAt = kernel.now().toISOString()
  const consoles = [...new Set(types.flatMap((type) => kernel.actions.get(type)?.console ?? []))]
  const ofKind = new Map<
    string,
    { readonly action: BoundAction; readonly id: string; readonly types: string[] }
  >()
  for (const { type, target_id: id } of waiting) {
    const action = kernel.actions.get(type)
    if (!action || action.connectors.length === 0) continue
    const known = ofKind.get(action.targetKind) ?? { action, id, types: [] }
    known.types.push(type)
    ofKind.set(action.targetKind, known)
  }
  const unreadable = new Map<string, Text>()
  const upstreams = await Promise.all(
    [...ofKind].map(async ([kind, { action, id, types: about }]): Promise<Source> => {
      const reading = await readTarget(kernel, action, { kind, id })
      const known = action.connectors[0] ?? kind
      if (reading.ok || reading.failure.kind !== 'upstream_unavailable') {
        return { name: known, status: 'ok', read_at: readAt }
      }
      const { message, extra } = reading.failure
      for (const type of about) unreadable.set(type, message)
      return { name: String(extra?.source ?? known), status: 'unreadable', read_at: null, why: message }
    }),
  )
  return {
    sources: [
      { name: 'countersign', status: 'ok', read_at: readAt },
      ...consoles
        .filter((name) => !gone.some(({ console }) => console === name))
        .map((name): Source => ({ name, status: 'ok', read_at: readAt })),
      ...gone.map(
        ({ console, waiting }): Source => ({
          name: console,
          status: 'missing',
          read_at: null,
          why: say`${counted(waiting, 'one {# pending request is} other {# pending requests are}')} of actions that this installation does not have.`,
        }),
      ),
      ...worstOf(upstreams),
    ],
    unreadable,
  }
}

/** One line of each name: the same upstream may be read for several kinds of records. */
function worstOf(sources: readonly Source[]): Source[] {
  const byName = new Map<string, Source>()
  for (const source of sources) {
    if (source.status !== 'ok' || !byName.has(source.name)) byName.set(source.name, source)
  }
  return [...byName.values()]
}
