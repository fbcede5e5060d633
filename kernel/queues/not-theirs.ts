import { refuse } from '../actions/define-action.ts'
import { say } from '../languages/say.ts'
import { type WorkItem, worksFor } from './work-item.ts'

/** Why an item is not this person's to put off or to bring back; undefined where it is. */
export function notTheirs(item: WorkItem, actor: { readonly id: string; readonly roles: readonly string[] }) {
  if (!worksFor(actor, item.queue))
    return refuse('not_your_queue', say`It is put off by the people of its console.`)
  if (item.state !== 'open') return refuse('item_done', say`It is done.`)
  if (item.assignee !== null && item.assignee !== actor.id && !item.helpers.includes(actor.id)) {
    return refuse('not_yours', say`Somebody else has it.`)
  }
  return undefined
}
