import { readContext } from '../actions/read-context.ts'
import type { RequestRecord } from '../actions/request-record.ts'
import { openInput, sealedInputs } from '../actions/seal-input.ts'
import type { BoundAction, BoundEntity } from '../console.ts'
import type { Reading } from '../entities/define-entity.ts'
import { versionWith } from '../entities/rests-on.ts'
import type { Kernel } from '../kernel.ts'
import { type Said, say, type Text } from '../languages/say.ts'
import { redacted } from '../personal-data/sealing.ts'

/** Something of a request that is hidden from those who have not opened it. */
export type HiddenField = {
  readonly path: string
  readonly title: Text
  readonly shown: string
  /** Undefined: it was erased. */
  readonly open: () => Promise<string | undefined>
  /** Of what stands on the record: the version of the record that it is of, so that another has to be opened anew. */
  readonly of?: string
}

export type Hidden = {
  readonly fields: readonly HiddenField[]
  /** Where the record would have to be read for the rest, and cannot be now. */
  readonly unread?: Extract<Reading<unknown>, { status: 'unreadable' }>
}

/** Why what an action takes from its record cannot be opened now. */
export function notOpenableInWords(source: string, why: Text): Said {
  return say`${source} cannot be read now (${why}): the account or name that it goes by is read there, fresh, and cannot be opened until then.`
}

/** What somebody typed, as it stands in the request. */
export function typedFields(
  { sealer }: Pick<Kernel, 'sealer'>,
  action: Pick<BoundAction, 'inputSchema'>,
  record: RequestRecord,
): HiddenField[] {
  if (!record.revision) return []
  const target = { kind: record.target_kind, id: record.target_id }
  return sealedInputs(action.inputSchema, record.revision.input).map(({ name, title, value }) => ({
    path: `input.${name}`,
    title: { say: title, with: [] },
    shown: value.shown,
    open: () => sealer.open(target, value),
  }))
}

/** With what the action takes from its record, as long as somebody is to agree to that: afterwards the record is another. */
export async function hiddenFields(
  kernel: Kernel,
  action: BoundAction,
  record: RequestRecord,
): Promise<Hidden> {
  const typed = typedFields(kernel, action, record)
  const { revision } = record
  const entity = kernel.entities.get(record.target_kind)
  const open = record.state === 'pending' || record.emergency?.outcome === null
  if (!action.opensOfRecord || !revision || !entity || !open || record.bulk) return { fields: typed }
  const target = { kind: record.target_kind, id: record.target_id }
  const input = await openInput(kernel.sealer, action.inputSchema, revision.input, target)
  const reading = await entity.read(record.target_id, readContext(kernel))
  if (reading.status === 'unreadable') return { fields: typed, unread: reading }
  if (reading.status === 'missing') return { fields: typed }
  const of = versionWith(reading.version, action.restsOn(reading.state))
  const taken = takenFields(entity, action, reading.state, input).map(
    ({ path, title, shown, value }): HiddenField => ({
      ...{ path: `record.${path}`, title, shown, of },
      open: async () => value,
    }),
  )
  return { fields: [...typed, ...taken] }
}

/**
 * What the action takes from its record and is there.
 *
 * @throws Error of a field that the action does not declare, or its record does not have: nobody would open it before they agree
 */
export function takenFields(
  { personal }: Pick<BoundEntity, 'personal'>,
  { name, opensOfRecord }: Pick<BoundAction, 'name' | 'opensOfRecord'>,
  state: unknown,
  input: unknown,
): { path: string; title: Text; shown: string; value: string }[] {
  return (opensOfRecord?.taken(state, input) ?? []).flatMap((path) => {
    const declared = opensOfRecord?.fields.find((one) => one.path === path)
    const field = personal.find((one) => one.path === path)
    if (!declared || !field) {
      throw new Error(`${name} takes ${path} from its record, which is no field that it declares there`)
    }
    const value = field.value(state)
    return value === undefined
      ? []
      : [{ path, title: declared.title, shown: redacted(value, field.class), value }]
  })
}
