import type { ReadContext } from '@countersign/kernel/actions/define-action.ts'
import { type Said, say, type Text, together } from '@countersign/kernel/languages/say.ts'
import type { Compliance } from '../compliance/compliance-port.ts'
import type { Hit } from '../hit/hit.ts'
import { maskedHitTitle, shownListed } from '../hit/hit-title.ts'
import { isOwnHit, readOwnHit } from '../hit/own-hit.ts'
import { IDENTIFIERS } from '../hit/same-identifiers.ts'
import { saidScore } from '../screening/said-score.ts'

/** A hit that a freeze, or its end, names: what somebody has to know of it who did not open it. */
export type NamedHit = {
  readonly id: string
  readonly title: Text
  /** Of a person masked: it is kept with what is asked for. */
  readonly listedName: string
  readonly list: string
  readonly listVersion: string
  readonly score: number
  /** What of the two was compared beside their names, without what it is. */
  readonly compared: readonly { readonly name: string; readonly match: 'same' | 'close' | 'different' }[]
}

/** Those that can be read now: a freeze waits for none of them. */
export async function namedHits(
  ids: readonly string[],
  compliance: Compliance,
  context: ReadContext,
): Promise<NamedHit[]> {
  const readings = await Promise.all(
    ids.map((id) => (isOwnHit(id) ? readOwnHit(id, context) : compliance.hit(id, context.signal))),
  )
  return readings.flatMap((reading) => (reading.status === 'found' ? [namedHit(reading.state)] : []))
}

const namedHit = (hit: Hit): NamedHit => ({
  ...{ id: hit.id, title: maskedHitTitle(hit), listedName: shownListed(hit) },
  ...{ list: hit.list, listVersion: hit.list_version, score: hit.score },
  compared: hit.identifiers.map(({ name, ours, theirs, match }) => ({
    name,
    match: match ?? (ours === theirs ? 'same' : 'different'),
  })),
})

/** The one of that id, where it could be read. */
export const namedIn = ({ named }: { named?: readonly NamedHit[] }, id: string): NamedHit | undefined =>
  named?.find((one) => one.id === id)

const MATCHES: Readonly<Record<NamedHit['compared'][number]['match'], Said>> = {
  same: say`the same`,
  close: say`close`,
  different: say`different`,
}

/** As the lines of a preview: the hit, a link to it; who is listed where; what fits. */
export function namedHitChanges(hit: NamedHit | undefined, id: string) {
  if (hit === undefined) return [{ label: say`For the hit`, after: id, to: { kind: 'hit', id } }]
  return [
    { label: say`For the hit`, after: hit.title, to: { kind: 'hit', id } },
    {
      label: say`Listed as`,
      after: say`${hit.listedName} · ${hit.list} ${hit.listVersion} · score ${saidScore(hit.score)}`,
    },
    {
      label: say`Compared beside the names`,
      after:
        hit.compared.length === 0
          ? say`nothing: one of the two has no such data`
          : together(
              hit.compared.map(
                ({ name, match }) =>
                  say`${IDENTIFIERS[name] ?? name.replaceAll('_', ' ')}: ${MATCHES[match]}`,
              ),
              '; ',
            ),
    },
  ]
}
