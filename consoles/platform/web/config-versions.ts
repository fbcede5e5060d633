import type { Entity } from '@countersign/sdk/wire/entities.ts'

export type ConfigVersion = {
  version: number
  value: unknown
  /** Null: as it was delivered. */
  changed_by: string | null
  changed_by_name?: string | null
  changed_at: string
}

/** The latest values that a key has had, newest first. */
export function configVersions({ data }: Entity): ConfigVersion[] {
  return Array.isArray(data.history) ? (data.history as ConfigVersion[]) : []
}

/** As a person reads it: text without quotes. */
export function valueAsText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null)
}
