import type { EntityRef } from '@countersign/kernel/entities/entity-ref.ts'

/** The page of all lists and rules: what moves one of them is told of it too, and stands in its history. */
export const SCREENING_OVERVIEW: EntityRef = { kind: 'screening', id: 'overview' }
