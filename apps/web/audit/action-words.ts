import type { ActionDeclaration } from '@countersign/sdk/wire/actions.ts'
import type { AuditEntry } from '@countersign/sdk/wire/audit.ts'
import type { Translate } from '@countersign/web-kit/messages.ts'
import { entries } from '../consoles.ts'
import { entryKinds } from './log-words.ts'

/** What is done and logged without being an action that people ask for. */
const DONE: Record<string, string> = {
  'kernel.alert.page': 'audit.what.alertPage',
  'kernel.attach_evidence': 'audit.what.attachEvidence',
  'kernel.download_evidence': 'audit.what.downloadEvidence',
  'kernel.read_record': 'audit.what.readRecord',
  'kernel.remove_evidence': 'audit.what.removeEvidence',
  'kernel.scan_evidence': 'audit.what.scanEvidence',
  'kernel.search_names': 'audit.what.searchNames',
  'kernel.write_note': 'audit.what.writeNote',
}

/** What a console logs beside its actions; and the permission to read what is its, whichever console that is. */
function knownAction(action: string): string | undefined {
  const own = entries.map(({ logged }) => logged?.[action]).find((label) => label !== undefined)
  return DONE[action] ?? own ?? (action.endsWith(':read') ? 'audit.what.read' : undefined)
}

/**
 * What was done, in words: the action's own title where this person may know the action, what is no action by its message,
 * otherwise its name read as words (`transfers.return_transfer` is "Return transfer").
 */
export function actionWords(
  { action, kind }: Pick<AuditEntry, 'action' | 'kind'>,
  declared: ActionDeclaration[],
  t: Translate,
): string {
  const name = action ?? kind
  const title = declared.find(({ type }) => type === name)?.title
  if (title !== undefined) return title
  const known = action === null ? entryKinds[kind] : knownAction(action)
  if (known !== undefined) return t(known)
  const words = name
    .slice(name.indexOf('.') + 1)
    .replaceAll(/[_.:]/g, ' ')
    .trim()
  return words === '' ? name : `${words[0]?.toUpperCase() ?? ''}${words.slice(1)}`
}
