import type { ReadContext } from '@countersign/kernel/actions/define-action.ts'
import type { Reading } from '@countersign/kernel/entities/define-entity.ts'
import { namesOf } from '@countersign/kernel/identity/names-of.ts'
import type { Recon } from '../recon/recon-port.ts'
import type { ReconException } from './exception.ts'
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
  const bound = (state.partners ?? []).flatMap((partner) => partner.bound.map(({ by }) => by))
  const people = state.settled_by === undefined ? bound : [state.settled_by, ...bound]
  const [{ rules }, names] = await Promise.all([
    ask((kernel) => kernel.policies.current('transfers')),
    ask((kernel) => namesOf(kernel, people)),
  ])
  const nameOf = (by: string) => names.get(by) ?? by
  const limit = writeOffLimit(state.amount.currency, rules)
  return {
    ...reading,
    state: {
      ...state,
      ...(limit === undefined ? {} : { write_off_limit: limit }),
      ...(state.settled_by === undefined ? {} : { settled_by: nameOf(state.settled_by) }),
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
