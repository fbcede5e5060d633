import type { ActionDeclaration } from '@countersign/sdk/wire/actions.ts'
import type { AuditEntry } from '@countersign/sdk/wire/audit.ts'

/**
 * What was done, in words: the action's own title where this person may know the action, otherwise its name read as
 * words (`transfers.return_transfer` is "Return transfer").
 */
export function actionWords(
  { action, kind }: Pick<AuditEntry, 'action' | 'kind'>,
  declared: ActionDeclaration[],
): string {
  const name = action ?? kind
  const title = declared.find(({ type }) => type === name)?.title
  if (title !== undefined) return title
  const words = name
    .slice(name.indexOf('.') + 1)
    .replaceAll(/[_.:]/g, ' ')
    .trim()
  return words === '' ? name : `${words[0]?.toUpperCase() ?? ''}${words.slice(1)}`
}
