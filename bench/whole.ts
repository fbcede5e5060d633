/** A figure as it is read: `12,345`; nothing measured is none. */
export function whole(value: number | undefined): string {
  return Math.round(value ?? 0).toLocaleString('en')
}
