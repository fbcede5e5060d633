import type { ReadContext } from '@countersign/kernel/actions/define-action.ts'
import type { Reading } from '@countersign/kernel/entities/define-entity.ts'
import { namesOf } from '@countersign/kernel/identity/names-of.ts'
import type { Recon } from '../recon/recon-port.ts'
import type { ReconException } from './exception.ts'
import { frozenAmong } from './frozen-among.ts'
import { writeOffLimit } from './write-off-limit.ts'

/**
 * An exception as Recon has it now, with what is known here of it: what may be written off, and the names of those who did
 * something to it or its partners.
 *
 * @param named transfers and postings that are read with it
 */
export async function readException(
  id: string,
  recon: Pick<Recon, 'exception'>,
  { signal, ask }: ReadContext,
  named?: readonly string[],
): Promise<Reading<ReconException>> {
  const reading = await recon.exception(id, signal, named)
  if (reading.status !== 'found') return reading
  const { state } = reading
  const people = [
    ...(state.settled_by === undefined ? [] : [state.settled_by]),
    ...(state.partners ?? []).flatMap((partner) => partner.bound.map(({ by }) => by)),
    ...(state.origin?.assigned ?? []).map(({ by }) => by),
  ]
  const about = [...state.candidates, ...(state.parts ?? [])]
  const transfers = about.flatMap((one) => (one.kind === 'transfer' ? [one.id] : []))
  const [{ rules }, names, frozen] = await Promise.all([
    ask((kernel) => kernel.policies.current('transfers')),
    ask((kernel) => namesOf(kernel, people)),
    ask((kernel) => frozenAmong(kernel, id, transfers)),
  ])
  const nameOf = (by: string) => names.get(by) ?? by
  const limit = writeOffLimit(state.amount.currency, rules)
  return {
    ...reading,
    state: {
      ...state,
      ...(limit === undefined ? {} : { write_off_limit: limit }),
      ...(frozen.length === 0 ? {} : { frozen }),
      ...(state.settled_by === undefined ? {} : { settled_by: nameOf(state.settled_by) }),
      ...(state.origin
        ? {
            origin: {
              ...state.origin,
              assigned: state.origin.assigned.map((one) => ({ ...one, by: nameOf(one.by) })),
            },
          }
        : {}),
      ...(state.partners
        ? {
            partners: state.partners.map((partner) => ({
              ...partner,
              bound: partner.bound.map((one) => ({ ...one, by: nameOf(one.by) })),
            })),
          }
        : {}),
    },
  }
}
