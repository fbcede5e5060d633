/** A code that the world outside knows a reason by, such as `R10` or `AM04`; our own are for machines only. */
export function publishedCode(code: string): string | undefined {
  return /^[A-Z][A-Z0-9]{1,7}$/.test(code) ? code : undefined
}

/** A reason in words, after its code where that is one people know: `R10 · Customer says not authorised`. */
export function reasonWords(reason: { code: string; title?: string }): string {
  const code = publishedCode(reason.code)
  const title = reason.title ?? (code === undefined ? reason.code.replaceAll('_', ' ') : undefined)
  return [code, title].filter((part) => part !== undefined).join(' · ')
}
