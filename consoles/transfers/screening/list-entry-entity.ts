import { defineEntity } from '@countersign/kernel/entities/define-entity.ts'
import { ENTITY_ID } from '@countersign/kernel/entities/entity-ref.ts'
import { say } from '@countersign/kernel/languages/say.ts'
import type { ListEntry } from './list-entry.ts'
import { listInForce } from './list-in-force.ts'
import { isListId, LIST_TITLES, type ListId } from './list-names.ts'
import { openedList } from './opened-list.ts'
import { shownEntry } from './shown-entry.ts'

type Listed = { readonly list: ListId; readonly published: string; readonly entry: ListEntry }

/** The record of an entry: its list, and its number there. Undefined where a publisher gives numbers that no id can hold. */
export function listEntryId(list: ListId, uid: string): string | undefined {
  const id = `${list}:${uid}`
  return ENTITY_ID.test(id) ? id : undefined
}

/** Somebody or something on the version of a list that is in force, with all that the list knows of them. */
export const listEntryEntity = defineEntity<Listed, unknown>({
  kind: 'list_entry',
  console: 'transfers',
  async read(id, _upstreams, { ask }) {
    const at = id.indexOf(':')
    const [list, uid] = [id.slice(0, at), id.slice(at + 1)]
    if (!isListId(list)) return { status: 'missing' }
    return await ask(async ({ pool }) => {
      const inForce = await listInForce(pool, list)
      const entry = inForce && (await openedList(pool, inForce.version))?.byUid.get(uid)
      if (inForce === undefined || entry === undefined) return { status: 'missing' } as const
      const state = { list, published: inForce.published, entry }
      return { status: 'found', version: inForce.version, state } as const
    })
  },
  present: ({ list, published, entry }) => ({
    title: entry.name,
    state: 'in_force',
    data: { list, list_name: LIST_TITLES[list], published, ...shownEntry(entry) },
    related: [
      {
        ...{ kind: 'sanctions_list', id: list, title: say`Sanctions list ${LIST_TITLES[list]}` },
        relation: say`is on`,
      },
    ],
  }),
})
