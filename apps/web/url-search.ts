/** Search parameters as flat text: what a person reads in the address bar is what there is. */
export type UrlSearch = Record<string, string>

export function parseSearch(text: string): UrlSearch {
  return Object.fromEntries(new URLSearchParams(text))
}

export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== '') params.set(key, String(value))
  }
  // Colons and commas need no escaping in a query (RFC 3986 §3.4) and read better without.
  const query = params.toString().replaceAll('%3A', ':').replaceAll('%2C', ',')
  return query === '' ? '' : `?${query}`
}

/** Search parameters but for those named. */
export function without(search: UrlSearch, names: readonly string[]): UrlSearch {
  return Object.fromEntries(Object.entries(search).filter(([key]) => !names.includes(key)))
}

/** A validator that keeps text parameters as they are. */
export function textSearch(search: Record<string, unknown>): UrlSearch {
  return Object.fromEntries(
    Object.entries(search).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  )
}
