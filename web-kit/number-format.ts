const formats = new Map<string, Intl.NumberFormat>()

/** The formatter of a language, made once: making one takes longer than a hundred uses of it. */
export function numberFormat(language: string, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  const key = `${language} ${JSON.stringify(options)}`
  const made = formats.get(key) ?? new Intl.NumberFormat(language, options)
  formats.set(key, made)
  return made
}
