import { basename } from 'node:path'
import type { WireMoney } from '@countersign/kernel/money/money.ts'
import { type FileOnDisk, openFile } from './file-on-disk.ts'
import type { HttpConnection } from './http-json.ts'
import { ImportFailure } from './import-failure.ts'
import {
  type FileFigures,
  type ImportFormat,
  type ImportKind,
  type ImportUpstream,
  withFormat,
} from './import-format.ts'
import { type ImportError, ImportRefusal } from './import-refusal.ts'
import { requestImport, requireAdmitted } from './import-request-http.ts'
import { inChunks } from './in-chunks.ts'
import { moneySums } from './money-sums.ts'
import { reportRefusal } from './report-refusal-http.ts'
import type { FileDescription } from './upstream-files-http.ts'

/** Chunks on their way to the upstream at once. */
const CHUNKS_IN_FLIGHT_MAX = 4
/** An upstream lists only so many missing chunks at a time: a file is read again until none is missing, so often at most. */
const SENDING_PASSES_MAX = 20
/** Longest name that upstreams take, in characters. */
const NAME_MAX = 255

/** `unchanged`: the upstream has this file already. `quarantined`: imported, but a statement of it needs a person. */
export type ImportOutcome = 'imported' | 'unchanged' | 'quarantined' | 'refused'

/** A sum as a decimal string; by currency where there are several. */
export type ReportedSum = string | Record<string, string>

/** What became of one file (C-25). */
export type ImportReport = {
  /** The name as it was given. */
  file: string
  format: string
  outcome: ImportOutcome
  entries: number
  debit: ReportedSum
  credit: ReportedSum
  returns: Record<string, number>
  corrections: Record<string, number>
  errors: ImportError[]
}

export type ImportProgress =
  | { step: 'checking' | 'sending'; bytes: number; ofBytes: number; entries: number }
  | { step: 'waiting'; state: string; requestId: string }

export type ImportServices = {
  server: () => Promise<HttpConnection>
  upstream: (name: ImportUpstream) => Promise<HttpConnection>
  onProgress?: (progress: ImportProgress) => void
}

/**
 * Imports one file. It is read twice: first to the end, to check it and add it up, so that a malformed file never reaches an
 * upstream; then again, to stage at the upstream what is missing there, before the governed action `transfers.import_file` makes it
 * effective as a whole. Interrupted at any point, it goes on where it was. Throws nothing for a fault of the file or of a server:
 * the report says it.
 */
export function importFile(path: string, kind: ImportKind, services: ImportServices): Promise<ImportReport> {
  return withFormat(kind, (format) => importAs(path, kind, format, services))
}

async function importAs<Element>(
  path: string,
  kind: ImportKind,
  format: ImportFormat<Element>,
  services: ImportServices,
): Promise<ImportReport> {
  let knownFormat: () => string = () => (kind === 'ach' ? 'nacha' : kind)
  let figures: FileFigures | undefined
  let file: FileOnDisk | undefined
  try {
    file = await openFile(path)
    const { stream, digest } = file.read()
    const reading = format.read(counted(stream, file, 'checking', () => checked.entries, services))
    knownFormat = reading.format
    const checked = { entries: 0, chunks: 0 }
    for await (const chunk of inChunks(reading.groups, format.weightOf)) {
      checked.entries += chunk.length
      checked.chunks += 1
    }
    figures = reading.figures()
    const upstream = await services.upstream(format.upstream)
    const staging = { file, format, upstream, reading, sha256: digest(), chunks: checked.chunks, services }
    const description = describe(path, figures, checked.chunks)
    const { outcome, note } = await stageAndRequest(staging, description)
    const notes = note === undefined ? [] : [{ path, message: note }]
    const errors = outcome === 'unchanged' ? notes : [...figures.quarantined, ...notes]
    return report(path, figures, outcome, errors)
  } catch (error) {
    if (error instanceof ImportRefusal) {
      const wrong = { format: knownFormat(), why: 'malformed', errors: error.errors } as const
      return refused(path, wrong.format, [
        ...error.errors,
        ...(await unrecorded(path, file, wrong, services)),
      ])
    }
    if (error instanceof ChangedFile) {
      const wrong = {
        format: knownFormat(),
        why: 'changed',
        errors: [{ path, message: error.message }],
      } as const
      return refused(path, wrong.format, [
        ...wrong.errors,
        ...(await unrecorded(path, file, wrong, services)),
      ])
    }
    if (error instanceof ImportFailure) {
      return refused(path, figures?.format ?? knownFormat(), [{ path, message: error.message }])
    }
    throw error
  } finally {
    await file?.close()
  }
}

/** Has the refusal recorded. @returns what to say where it could not be */
async function unrecorded(
  path: string,
  file: FileOnDisk | undefined,
  refusal: Parameters<typeof reportRefusal>[2],
  services: ImportServices,
): Promise<ImportError[]> {
  if (!file) return []
  try {
    await reportRefusal(await services.server(), await digestOf(file), refusal)
    return []
  } catch (error) {
    if (!(error instanceof ImportFailure)) throw error
    return [{ path, message: `The audit log does not know of this refusal. ${error.message}` }]
  }
}

/** Of the whole file, however early it was refused. */
async function digestOf(file: FileOnDisk): Promise<string> {
  const { stream, digest } = file.read()
  for await (const _piece of stream);
  return digest()
}

/** It is not the file that was checked any more. */
class ChangedFile extends ImportFailure {}

type Staging<Element> = {
  file: FileOnDisk
  format: ImportFormat<Element>
  upstream: HttpConnection
  reading: ReturnType<ImportFormat<Element>['read']>
  sha256: string
  chunks: number
  services: ImportServices
}

async function stageAndRequest<Element>(
  staging: Staging<Element>,
  description: FileDescription,
): Promise<{ outcome: ImportOutcome; note?: string }> {
  const { format, upstream, reading, sha256, services } = staging
  await requireAdmitted(await services.server())
  const files = format.files(upstream)
  for (let pass = 1; ; pass += 1) {
    const { state, missingChunks, sameContentAs } = await files.announce(sha256, description)
    if (state === 'committed') return { outcome: 'unchanged' }
    if (sameContentAs !== undefined) {
      await files.discard(sha256)
      return { outcome: 'unchanged', note: sameAs(sameContentAs) }
    }
    if (missingChunks.length === 0) break
    if (pass > SENDING_PASSES_MAX) {
      throw new ImportFailure(`${upstream.name} still misses ${missingChunks.length} chunks that were sent.`)
    }
    await sendMissing(staging, new Set(missingChunks))
  }
  const input = { upstream: format.upstream }
  const tookEffect = async () => {
    const { state, sameContentAs } = await files.announce(sha256, description)
    return state === 'committed' || sameContentAs !== undefined
  }
  const took = await requestImport(await services.server(), sha256, input, tookEffect, (state, requestId) => {
    services.onProgress?.({ step: 'waiting', state, requestId })
  })
  if (took === 'already') {
    if (await tookEffect()) return { outcome: 'unchanged' }
    throw new ImportFailure(
      `The console says that this file was imported, and ${upstream.name} does not have it.`,
    )
  }
  const expected = reading.figures().quarantined.length
  const { quarantined = 0 } = await files.created(sha256)
  if (quarantined === 0 && expected === 0) return { outcome: 'imported' }
  return { outcome: 'quarantined', ...(quarantined > expected ? { note: more(quarantined - expected) } : {}) }
}

function more(statements: number): string {
  const which = statements === 1 ? 'A statement of it was' : `${statements} statements of it were`
  return `${which} imported before in another file. Recon keeps the lines apart until a person has looked: see the exceptions queue.`
}

function sameAs(sha256: string): string {
  return `It holds what the file with SHA-256 ${sha256} holds, which was imported before.`
}

/** Reads the file again and sends the chunks that are missing, a few at a time. Where it changed, what was sent is forgotten. */
async function sendMissing<Element>(staging: Staging<Element>, missing: ReadonlySet<number>): Promise<void> {
  const { file, format, upstream, reading, sha256, services } = staging
  const inFlight = new Set<Promise<void>>()
  const failures: unknown[] = []
  const { stream, digest } = file.read()
  let n = 0
  let entries = 0
  const send = (chunk: readonly Element[]) => {
    const sending = reading
      .send(upstream, sha256, n, chunk)
      .catch((error: unknown) => {
        failures.push(error)
      })
      .finally(() => inFlight.delete(sending))
    inFlight.add(sending)
  }
  try {
    const again = format.read(counted(stream, file, 'sending', () => entries, services))
    for await (const chunk of inChunks(again.groups, format.weightOf)) {
      if (missing.has(n)) send(chunk)
      n += 1
      entries += chunk.length
      if (inFlight.size >= CHUNKS_IN_FLIGHT_MAX) await Promise.race(inFlight)
      if (failures.length > 0) break
    }
  } catch (error) {
    // What was sound the first time is refused now: the file changed.
    if (!(error instanceof ImportRefusal)) throw error
  } finally {
    await Promise.all(inFlight)
  }
  if (failures.length > 0) throw failures[0]
  if (digest() === sha256 && n === staging.chunks) return
  await format.files(upstream).discard(sha256)
  throw new ChangedFile(
    'The file changed while it was being imported. Nothing of it took effect; import it again.',
  )
}

async function* counted(
  stream: AsyncIterable<Buffer>,
  file: FileOnDisk,
  step: 'checking' | 'sending',
  entries: () => number,
  services: ImportServices,
): AsyncGenerator<Buffer, void> {
  let bytes = 0
  for await (const piece of stream) {
    bytes += piece.length
    services.onProgress?.({ step, bytes, ofBytes: file.bytes, entries: entries() })
    yield piece
  }
}

function describe(path: string, figures: FileFigures, chunks: number): FileDescription {
  return {
    name: basename(path).slice(-NAME_MAX).toWellFormed(),
    format: figures.format,
    totals: { entries: figures.entries, debit: moneySums(figures.debit), credit: moneySums(figures.credit) },
    chunks,
  }
}

function report(
  path: string,
  figures: FileFigures,
  outcome: ImportOutcome,
  errors: ImportError[],
): ImportReport {
  return {
    file: path,
    format: figures.format,
    outcome,
    entries: figures.entries,
    debit: reportedSum(moneySums(figures.debit)),
    credit: reportedSum(moneySums(figures.credit)),
    returns: figures.returns,
    corrections: figures.corrections,
    errors,
  }
}

function refused(path: string, format: string, errors: ImportError[]): ImportReport {
  return {
    file: path,
    format,
    outcome: 'refused',
    entries: 0,
    debit: '0',
    credit: '0',
    returns: {},
    corrections: {},
    errors,
  }
}

function reportedSum(sums: WireMoney | WireMoney[]): ReportedSum {
  if (!Array.isArray(sums)) return sums.amount
  if (sums.length === 0) return '0'
  return Object.fromEntries(sums.map(({ amount, currency }) => [currency, amount]))
}
