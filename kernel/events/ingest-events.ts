import type pg from 'pg'
import { z } from 'zod'
import { isAboutTheData } from '../db/data-error.ts'
import { uuidV7 } from '../db/uuid-v7.ts'
import { type EntityRef, refText } from '../entities/entity-ref.ts'
import { english } from '../languages/make-teller.ts'
import { say, type Text, written } from '../languages/say.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import type { PersonalDataClass, Sealer } from '../personal-data/sealing.ts'
import { unstorableMember } from '../personal-data/unstorable-member.ts'
import { faultsInWords } from './faults-in-words.ts'
import { type IngestSource, type MappedEvent, type MarkedJson, Personal } from './ingest-source.ts'
import { type KeepRows, keepRowsTogether } from './keep-rows.ts'

export const INGEST_BATCH_MAX = 500
const ERROR_KEPT_MAX_CHARACTERS = 2_000

export type Ingested = {
  readonly accepted: number
  readonly duplicate: number
  readonly dead_lettered: number
}

/**
 * Keeps what an upstream tells us. Duplicates and any order are harmless; what cannot be understood goes to the dead
 * letters with its error, and the rest of the batch is kept. Personal data is sealed before anything is written.
 *
 * @param keepRows shared by those who come at once, so that theirs is kept together
 */
export async function ingestEvents(
  pool: pg.Pool,
  sealer: Sealer,
  source: IngestSource,
  events: readonly Json[],
  /** An event as it was sent, for the dead letters; JSON that has been read may not be what was written. */
  sent: (index: number) => string = (index) => writtenOut(events[index]),
  keepRows: KeepRows = keepRowsTogether(pool),
): Promise<Ingested> {
  const understood: Understood[] = []
  let dead_lettered = 0
  let repeated = 0
  let ignored = 0
  for (const [index, raw] of events.entries()) {
    try {
      const event = mapped(source, raw)
      if (event) understood.push({ index, event })
      else ignored += 1
    } catch (error) {
      if (await keepDeadLetter(pool, sealer, source.source, sent(index), error)) dead_lettered += 1
      else repeated += 1
    }
  }
  try {
    const accepted = await keepEvents(keepRows, sealer, source.source, understood)
    return { accepted: accepted + ignored, duplicate: understood.length - accepted + repeated, dead_lettered }
  } catch (error) {
    if (!isAboutTheData(error)) throw error
    const kept = await keepOneByOne(pool, keepRows, sealer, source.source, understood, sent)
    return {
      accepted: kept.accepted + ignored,
      duplicate: kept.duplicate + repeated,
      dead_lettered: dead_lettered + kept.dead_lettered,
    }
  }
}

type Understood = { readonly index: number; readonly event: MappedEvent }

/** All or none. @returns how many were new */
async function keepEvents(
  keepRows: KeepRows,
  sealer: Sealer,
  source: string,
  mapped: readonly Understood[],
): Promise<number> {
  if (mapped.length === 0) return 0
  const sealed = await sealEvents(
    sealer,
    mapped.map(({ event }) => event),
  )
  return keepRows(
    source,
    sealed.map((event) => row(source, event)),
  )
}

/** One of them cannot be stored: it must not keep the others out, nor come back for ever. */
async function keepOneByOne(
  pool: pg.Pool,
  keepRows: KeepRows,
  sealer: Sealer,
  source: string,
  mapped: readonly Understood[],
  sent: (index: number) => string,
): Promise<Ingested> {
  const kept = { accepted: 0, duplicate: 0, dead_lettered: 0 }
  for (const one of mapped) {
    try {
      const accepted = await keepEvents(keepRows, sealer, source, [one])
      kept.accepted += accepted
      kept.duplicate += 1 - accepted
    } catch (error) {
      if (!isAboutTheData(error)) throw error
      if (await keepDeadLetter(pool, sealer, source, sent(one.index), error)) kept.dead_lettered += 1
      else kept.duplicate += 1
    }
  }
  return kept
}

/** What a dead letter that is read once more became; or why it is still one. */
export type Replayed = { readonly became: 'event' | 'duplicate' | 'nothing' } | { readonly error: string }

/** Reads one event once more, as {@link ingestEvents} does, and makes no other dead letter of it. */
export async function replayEvent(
  pool: pg.Pool,
  sealer: Sealer,
  source: IngestSource,
  read: { readonly event: Json } | Error,
): Promise<Replayed> {
  if (read instanceof Error) return { error: errorText(read) }
  let event: MappedEvent | undefined
  try {
    event = mapped(source, read.event)
  } catch (error) {
    return { error: errorText(error) }
  }
  if (!event) return { became: 'nothing' }
  try {
    const accepted = await keepEvents(keepRowsTogether(pool), sealer, source.source, [{ index: 0, event }])
    return { became: accepted === 1 ? 'event' : 'duplicate' }
  } catch (error) {
    if (!isAboutTheData(error)) throw error
    return { error: errorText(error) }
  }
}

/** @throws Error where it cannot be understood, or holds what cannot be stored */
function mapped(source: IngestSource, raw: Json): MappedEvent | undefined {
  const unstorable = unstorableMember(raw, '')
  if (unstorable) throw new Error(`${unstorable.field}: ${english(unstorable.message)}`)
  return source.map(raw)
}

/** JSON.stringify goes as deep as the stack does; what is deeper can be read again in the upstream's own history. */
function writtenOut(event: Json | undefined): string {
  try {
    return JSON.stringify(event ?? null)
  } catch (error) {
    return `(could not be written out: ${(error as Error).message})`
  }
}

/**
 * What was sent and cannot be understood: kept, sealed, with the reason.
 * @returns false where the same has been kept before: a sender that is not answered sends it again
 */
export async function keepDeadLetter(
  pool: pg.Pool,
  sealer: Sealer,
  source: string,
  body: string,
  error: unknown,
): Promise<boolean> {
  const { rows } = await pool.query<{ kept: boolean }>(
    'SELECT kernel.keep_dead_letter($1, $2, $3, $4, $5) AS kept',
    [
      uuidV7(),
      source,
      sealer.sealForInstallation(body),
      errorText(error),
      sealer.digestForInstallation(body),
    ],
  )
  return rows[0]?.kept ?? false
}

type SealedEvent = Omit<MappedEvent, 'payload'> & { readonly payload: Json }

/** One call to the sealer per subject, not per value. */
async function sealEvents(sealer: Sealer, events: readonly MappedEvent[]): Promise<SealedEvent[]> {
  const bySubject = new Map<
    string,
    { subject: EntityRef; values: { text: string; class: PersonalDataClass }[] }
  >()
  for (const event of events) {
    visitPersonal(event.payload, (value) => {
      const key = refText(value.subject)
      const entry = bySubject.get(key) ?? { subject: value.subject, values: [] }
      entry.values.push({ text: value.text, class: value.class })
      bySubject.set(key, entry)
    })
  }
  const sealed = new Map<string, Json[]>()
  for (const [key, { subject, values }] of bySubject) {
    const boxes = await sealer.sealTold(subject, values)
    sealed.set(
      key,
      boxes.map((box) => ({ ...box, subject: key })),
    )
  }
  // Values come back in the order in which they were visited.
  return events.map((event) => ({
    ...event,
    payload: replacePersonal(event.payload, (value) => sealed.get(refText(value.subject))?.shift() ?? null),
  }))
}

function visitPersonal(value: MarkedJson | undefined, visit: (value: Personal) => void): void {
  if (value instanceof Personal) visit(value)
  else if (Array.isArray(value)) for (const item of value) visitPersonal(item, visit)
  else if (value !== null && typeof value === 'object') {
    for (const member of Object.values(value as Record<string, MarkedJson | undefined>))
      visitPersonal(member, visit)
  }
}

function replacePersonal(value: MarkedJson | undefined, replace: (value: Personal) => Json): Json {
  if (value instanceof Personal) return replace(value)
  if (Array.isArray(value)) return value.map((item) => replacePersonal(item, replace))
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value as Record<string, MarkedJson | undefined>)
        .filter(([, member]) => member !== undefined)
        .map(([name, member]) => [name, replacePersonal(member, replace)]),
    )
  }
  return (value ?? null) as Json
}

function row(source: string, event: SealedEvent): Json {
  return {
    source_event_id: event.id,
    event_id: uuidV7(),
    tenant_id: event.tenantId,
    stream: event.stream,
    type: event.type,
    schema_version: event.schemaVersion,
    source,
    causation_id: event.causedBy,
    refs: event.refs.map(refText),
    payload: event.payload,
    occurred_at: event.occurredAt.toISOString(),
  }
}

/**
 * Why it was not understood, for people to read, without what it says: the parser and the database quote the values that
 * they stumble over.
 */
function errorText(error: unknown): string {
  const { code } = error as { code?: unknown }
  const text: Text =
    error instanceof z.ZodError
      ? faultsInWords(error.issues)
      : error instanceof SyntaxError
        ? say`it is no JSON`
        : code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
          ? say`it is not in UTF-8`
          : isAboutTheData(error)
            ? say`the database cannot hold a value of it (SQLSTATE ${String(code)})`
            : (error as Error).message
  // A text column holds no U+0000; a member can be named with one.
  const kept = written(
    JSON.parse(JSON.stringify(text), (_name, value) =>
      typeof value === 'string' ? value.replaceAll('\0', '') : value,
    ),
  )
  // A sentence that is cut short is none that could be told in another language.
  return kept.length <= ERROR_KEPT_MAX_CHARACTERS
    ? kept
    : english(text).replaceAll('\0', '').slice(0, ERROR_KEPT_MAX_CHARACTERS)
}
