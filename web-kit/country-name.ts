/** A country's name in the language of whoever reads, for its ISO 3166 code; anything else as it is. */
export function countryName(code: string | null, language: string): string | null {
  if (code === null || !/^[A-Z]{2}$/.test(code)) return code
  return new Intl.DisplayNames(language, { type: 'region' }).of(code) ?? code
}
