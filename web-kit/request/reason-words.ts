import type { ActionDeclaration } from '@countersign/sdk/wire/actions.ts'

/** A code that the world outside knows a reason by, such as `R10` or `AM04`; our own are for machines only. */
export function publishedCode(code: string): string | undefined {
  return /^[A-Z][A-Z0-9]{1,7}$/.test(code) ? code : undefined
}

/** A reason that is given by its code alone, with the title that it has where it is asked for; a published code says itself. */
export function titledReason(
  code: string,
  declared: readonly Pick<ActionDeclaration, 'type' | 'reasons'>[],
  action?: string | null,
): { code: string; title?: string } {
  if (publishedCode(code) !== undefined) return { code }
  const title = declared
    .filter(({ type }) => action == null || type === action)
    .flatMap(({ reasons }) => reasons)
    .find((reason) => reason.code === code)?.title
  return title === undefined ? { code } : { code, title }
}

/** A reason in words, after its code where that is one people know: `R10 · Customer says not authorised`. */
export function reasonWords(reason: { code: string; title?: string }): string {
  const code = publishedCode(reason.code)
  const title = reason.title ?? (code === undefined ? reason.code.replaceAll('_', ' ') : undefined)
  return [code, title].filter((part) => part !== undefined).join(' · ')
}
