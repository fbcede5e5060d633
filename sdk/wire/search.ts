import type { RecordMark } from './values.ts'

export type SearchHit = {
  kind: string
  id: string
  title: string
  why: string
  marks?: RecordMark[]
  /** Addresses; of what stands beside it too. */
  links: { self: string; timeline: string; related: string[] }
  /** Of the best alone: what stands beside it, by name where it has one. */
  beside?: { address: string; title: string | null }[]
}

export type SearchResult = { groups: { kind: string; hits: SearchHit[] }[] }
