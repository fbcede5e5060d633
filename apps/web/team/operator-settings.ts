import type { Entity } from '@countersign/sdk/wire/entities.ts'

/** How somebody works for a console, out of their record. */
export type OperatorSettings = {
  skills: string[]
  maxOpen: number | null
  awayFrom: string | null
  awayUntil: string | null
}

export function operatorSettings({ data }: Entity): OperatorSettings {
  const time = (value: unknown) => (typeof value === 'string' ? value : null)
  return {
    skills: Array.isArray(data.skills) ? data.skills.map(String) : [],
    maxOpen: typeof data.max_open === 'number' ? data.max_open : null,
    awayFrom: time(data.away_from),
    awayUntil: time(data.away_until),
  }
}
