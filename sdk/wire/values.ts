/**
 * What the server sends and takes on `/v1`: JSON, `snake_case`, times RFC 3339 in UTC, ids opaque strings.
 * The names are fixed by the HTTP contract (C-01 to C-14).
 */

/** A decimal string with the currency's own number of minor digits, and an ISO 4217 code. */
export type WireMoney = { amount: string; currency: string }

/** RFC 3339, UTC. */
export type WireTime = string

export type EntityRef = { kind: string; id: string }

/** What is to be seen of a record wherever it is listed: a word, and what it means. */
export type RecordMark = { tone: 'danger' | 'warning'; word: string; text: string }

export type PersonRef = { id: string; name: string }
