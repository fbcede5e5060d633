import type { Entity } from '@countersign/sdk/wire/entities.ts'
import type { LeftOutEvent, ProjectionData } from '@countersign/sdk/wire/projections.ts'

type Members = Record<string, unknown>

/** A projection out of its record; what is not there reads as nothing to say. */
export function projectionData({ data }: Entity): ProjectionData {
  return {
    behind_ms: count(data.behind_ms),
    position: count(data.position),
    failing: text(data.failing),
    stopped_at: isMembers(data.stopped_at) ? stoppedAt(data.stopped_at) : null,
    failures: count(data.failures),
    retry_at: text(data.retry_at),
    left_out_count: count(data.left_out_count),
    left_out: Array.isArray(data.left_out) ? data.left_out.filter(isMembers).flatMap(leftOut) : [],
  }
}

function stoppedAt({ position, type, refs }: Members): NonNullable<ProjectionData['stopped_at']> {
  return {
    position: count(position),
    type: text(type) ?? '',
    refs: Array.isArray(refs) ? refs.map(String) : [],
  }
}

function leftOut({ position, type, why, at, skipped_by }: Members): LeftOutEvent[] {
  if (typeof at !== 'string') return []
  const event = { position: count(position), type: text(type), why: text(why) ?? '', at }
  return [{ ...event, skipped_by: text(skipped_by) }]
}

function count(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
