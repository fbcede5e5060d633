import { refuse } from '@countersign/kernel/actions/define-action.ts'
import type { EntityType } from '@countersign/kernel/entities/define-entity.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import type { Json } from '@countersign/kernel/personal-data/canonical-json.ts'
import { type ListedName, listedName } from '../screening/listed-name.ts'
import type { Upstreams } from '../upstreams.ts'
import type { WithRelatedWork } from './related-work.ts'
import type { Transfer } from './transfer.ts'
import { transfer } from './transfer-entity.ts'

/** With what the lists in force have of the name that later payments, or this one, would go out in. */
export type NamedReceiver = Transfer & WithRelatedWork & { readonly listedName?: ListedName }

/**
 * A transfer as an action that gives its receiver another name is decided on: that name stands in no party's record, so nothing has
 * screened it. It is read so whenever the action is decided: as it is asked for, agreed to, and about to be sent.
 */
export function namedReceiver(
  nameOf: (record: Transfer, input: Json) => string | undefined,
): EntityType<NamedReceiver, Upstreams> {
  return {
    ...transfer,
    async read(id, upstreams, context) {
      const reading = await transfer.read(id, upstreams, context)
      if (reading.status !== 'found' || context.input === undefined) return reading
      const name = nameOf(reading.state, context.input)
      if (name === undefined || name === reading.state.receiver.name) return reading
      const listed = await context.ask((kernel) => listedName(kernel, name))
      return { ...reading, state: { ...reading.state, listedName: listed } }
    },
  }
}

/** Nothing goes out in a name that is on a list, or that could not be held against one in each way it may be read. */
export function whileListed({ listedName: listed }: Pick<NamedReceiver, 'listedName'>) {
  if (listed === undefined) return undefined
  const [unread] = listed.unread
  if (unread !== undefined) {
    return refuse(
      'list_unreadable',
      say`${unread} cannot be read, so the corrected name is compared with nothing. Have the list imported again.`,
    )
  }
  const [closest] = listed.found
  if (closest !== undefined) {
    return refuse(
      'name_on_list',
      say`The corrected name is like ${closest.name} on ${closest.list} (${Math.round(closest.score * 100)} %): no money goes out in it. Tell Compliance.`,
    )
  }
  return listed.more
    ? refuse(
        'name_of_many',
        say`The corrected name can be read as more names than are compared with the lists. Write one receiver’s name, without digits.`,
      )
    : undefined
}
