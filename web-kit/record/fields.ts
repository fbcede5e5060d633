import type { WireMoney } from '@countersign/sdk/wire/values.ts'
import { isMoney } from '../money.tsx'

type Data = Record<string, unknown>

/** A text member of a record; a redacted one is shown as redacted (`{shown, sealed}` is `shown`). */
export function text(data: Data, key: string): string | null {
  return shown(data[key])
}

/** The text of a value that may be redacted. */
export function shown(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (typeof value === 'object' && value !== null && 'shown' in value) return shown(value.shown)
  return null
}

export function money(data: Data, key: string): WireMoney | null {
  const value = data[key]
  return isMoney(value) ? value : null
}

/** A nested record; an empty one where it is absent, so that its members read as absent. */
export function part(data: Data, key: string): Data {
  const value = data[key]
  return isData(value) ? value : {}
}

export function parts(data: Data, key: string): Data[] {
  const value = data[key]
  return Array.isArray(value) ? value.filter(isData) : []
}

function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
