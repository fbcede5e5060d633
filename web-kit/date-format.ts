const formats = new Map<string, Intl.DateTimeFormat>()

/** The formatter of a language, made once: making one takes longer than a hundred uses of it. */
export function dateFormat(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`
  const made = formats.get(key) ?? new Intl.DateTimeFormat(language, options)
  formats.set(key, made)
  return made
}
