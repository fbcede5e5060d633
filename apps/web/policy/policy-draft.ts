import type { Entity } from '@countersign/sdk/wire/entities.ts'

/**
 * A draft of a console's rules, kept in this browser until it is asked for: it is long work, and names nobody but by id.
 * It belongs to one person and to the rules that it was begun on.
 */
export type PolicyDraft = { rules: unknown; break_glass: unknown }

export function readDraft(entity: Entity, me: string): PolicyDraft | undefined {
  const stored = localStorage.getItem(keyOf(entity, me))
  if (stored === null) return undefined
  const kept = parsed(stored)
  return kept?.draft !== undefined && kept.version === entity.data.version ? kept.draft : undefined
}

export function writeDraft(entity: Entity, me: string, draft: PolicyDraft): void {
  localStorage.setItem(keyOf(entity, me), JSON.stringify({ version: entity.data.version, draft }))
}

export function dropDraft(entity: Entity, me: string): void {
  localStorage.removeItem(keyOf(entity, me))
}

/** What stands there; anything that is no draft is none, and the next that is kept takes its place. */
function parsed(stored: string): { version?: unknown; draft?: PolicyDraft } | undefined {
  try {
    const value: unknown = JSON.parse(stored)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function keyOf(entity: Entity, me: string): string {
  return `countersign.policy-draft ${me} ${entity.id}`
}
