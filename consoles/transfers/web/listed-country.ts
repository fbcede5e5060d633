import { countryName } from '@countersign/web-kit/country-name.ts'
import { text } from '@countersign/web-kit/record/fields.ts'

/** A country by its name in the language of whoever reads; one that nobody knows as the list writes it. */
export function listedCountry(one: Record<string, unknown>, language: string): string {
  return countryName(text(one, 'code'), language) ?? text(one, 'name') ?? ''
}
