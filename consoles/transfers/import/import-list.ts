import { randomUUID } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { basename } from 'node:path'
import { ENTRIES_MAX, figuresOf, isTooLong, LETTERS_MAX, NAMES_MAX } from '../screening/list-bounds.ts'
import { listDigest, partsOf } from '../screening/list-digest.ts'
import type { ListEntry } from '../screening/list-entry.ts'
import type { ListId } from '../screening/list-names.ts'
import { ListRefusal } from '../screening/list-refusal.ts'
import { readSdn } from '../screening/read-sdn.ts'
import { readUnList } from '../screening/read-un-list.ts'
import { codeOf, detailOf, type HttpAnswer, type HttpConnection, requestJson } from './http-json.ts'
import { ImportFailure } from './import-failure.ts'
import type { ImportProgress } from './import-file.ts'

/** Of all files together: twenty times what is published. A list is kept whole while it is put in order, so this bounds the memory it takes. */
const LIST_BYTES_MAX = 256 * 1024 * 1024
const NEWLINE = 10
const ASKED_AGAIN_MAX = 3
const ACTION_PATH = '/v1/actions/transfers.take_list_into_force'

/**
 * `asked`: it takes effect once somebody else agrees. `quarantined`: it was brought, and has so few entries that a person must ask
 * for it by hand. `unchanged`: this very version is in force.
 */
export type ListOutcome = 'asked' | 'unchanged' | 'quarantined' | 'brought' | 'refused'

/** What became of a list (C-25). */
export type ListReport = {
  readonly files: readonly string[]
  readonly list: ListId
  readonly outcome: ListOutcome
  readonly version?: string
  readonly published?: string
  readonly entries?: number
  readonly names?: number
  /** The request that was asked for, or is open already. */
  readonly request?: string
  readonly errors: readonly { file?: string; line?: number; column?: number; message: string }[]
}

export type ListRequest = {
  readonly files: readonly string[]
  /** Absent: told by the files. */
  readonly list?: ListId | undefined
  /** `YYYY-MM-DD`; absent: what the file says, else `today`. */
  readonly published?: string | undefined
  readonly today: string
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined
}

/**
 * Brings one list, whose files belong together, and asks for it to be taken into force. It is read to its end before anything is
 * sent; interrupted, it goes on where it was. Throws nothing for a fault of a file or of a server: the report says it.
 */
export async function importList(
  request: ListRequest,
  server: () => Promise<HttpConnection>,
): Promise<ListReport> {
  const head = { files: request.files, list: request.list ?? listOf(request.files) }
  try {
    const onProgress = request.onProgress ?? (() => undefined)
    const { published, entries } = await read(request.files, onProgress)
    const long = figuresOf(entries)
    if (isTooLong(long)) {
      throw new ListRefusal(
        request.files.map((file) => basename(file)).join(', '),
        undefined,
        undefined,
        `has ${long.entries} entries with ${long.names} names of ${long.letters} characters; a list has at most ${ENTRIES_MAX}, ${NAMES_MAX} and ${LETTERS_MAX}`,
      )
    }
    const version = await listDigest(head.list, entries)
    const figures = {
      ...head,
      version,
      published: request.published ?? published ?? request.today,
      entries: entries.length,
      names: long.names,
    }
    const connection = await server()
    const stands = await stage(connection, figures, partsOf(entries), sizeOfAll(request.files), onProgress)
    return { ...figures, ...stands, ...(await ask(connection, head.list, version)) }
  } catch (error) {
    if (error instanceof ListRefusal) {
      const { file, line, column, message } = error
      const place = { ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) }
      return { ...head, outcome: 'refused', errors: [{ file, ...place, message }] }
    }
    if (error instanceof ImportFailure) {
      return { ...head, outcome: 'refused', errors: [{ message: error.message }] }
    }
    throw error
  }
}

/** OFAC names the files of its other lists so; XML is the Security Council's. */
function listOf(files: readonly string[]): ListId {
  if (files.some(isXml)) return 'un_security_council'
  return files.some((file) => basename(file).toLowerCase().startsWith('cons_'))
    ? 'ofac_consolidated'
    : 'ofac_sdn'
}

const isXml = (file: string) => file.toLowerCase().endsWith('.xml')

async function read(
  files: readonly string[],
  onProgress: (progress: ImportProgress) => void,
): Promise<{ published: string | undefined; entries: readonly ListEntry[] }> {
  const ofBytes = sizeOfAll(files)
  if (ofBytes > LIST_BYTES_MAX) {
    throw new ListRefusal(
      files.map((file) => basename(file)).join(', '),
      undefined,
      undefined,
      `${ofBytes} bytes together; a list has at most ${LIST_BYTES_MAX}`,
    )
  }
  let bytes = 0
  let entries = 0
  const opened = files.map((file) => ({
    name: basename(file),
    bytes: bytesOf(file, (chunk) => {
      bytes += chunk.length
      for (const byte of chunk) if (byte === NEWLINE) entries += 1
      onProgress({ step: 'checking', bytes, ofBytes, entries })
    }),
  }))
  const [first, ...more] = opened
  if (first === undefined || !files.some(isXml))
    return { published: undefined, entries: await readSdn(opened) }
  if (more.length > 0) {
    throw new ListRefusal(
      first.name,
      undefined,
      undefined,
      'the Security Council’s list is one file; import it alone',
    )
  }
  return readUnList(first)
}

const sizeOfAll = (files: readonly string[]) => files.reduce((sum, file) => sum + sizeOf(file), 0)

/** 0 of one that cannot be read: that is said when it is. */
const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0

async function* bytesOf(file: string, onChunk: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      onChunk(chunk)
      yield chunk
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    throw new ListRefusal(basename(file), undefined, undefined, `cannot be read (${String(error.code)})`)
  }
}

type Figures = Required<Pick<ListReport, 'list' | 'version' | 'published' | 'entries' | 'names'>>

async function stage(
  server: HttpConnection,
  { version, ...announced }: Figures,
  parts: readonly (readonly ListEntry[])[],
  ofBytes: number,
  onProgress: (progress: ImportProgress) => void,
): Promise<{ readonly published?: string }> {
  const path = `/v1/sanctions-lists/${version}`
  const { list, published, entries, names } = announced
  const answer = await requestJson(server, {
    method: 'PUT',
    path,
    headers: { 'idempotency-key': `list-${version}` },
    body: { list, published, entries, names, parts: parts.length },
  })
  // It is there, in force or asked for with another day: that it is, is what there is to be told of it.
  if (codeOf(answer.body) === 'published_otherwise') {
    return { published: (answer.body as { published: string }).published }
  }
  if (answer.status !== 200) throw refusedBy('take the list', answer)
  const { missing_parts: missing } = answer.body as { missing_parts: readonly number[] }
  // What an earlier try has brought counts as sent.
  let sentEntries = parts.reduce((sum, part, n) => sum + (missing.includes(n) ? 0 : part.length), 0)
  for (const n of missing) {
    const sent = await requestJson(server, {
      method: 'PUT',
      path: `${path}/parts/${n}`,
      headers: { 'idempotency-key': `list-${version}-${n}` },
      body: { entries: parts[n] },
    })
    if (sent.status !== 204) throw refusedBy(`take part ${n} of the list`, sent)
    sentEntries += parts[n]?.length ?? 0
    onProgress({
      ...{ step: 'sending', ofBytes, entries: sentEntries },
      bytes: sentEntries === entries ? ofBytes : Math.floor((ofBytes * sentEntries) / entries),
    })
  }
  return {}
}

async function ask(
  server: HttpConnection,
  list: ListId,
  version: string,
): Promise<Pick<ListReport, 'outcome' | 'request' | 'errors'>> {
  const body = {
    target: { kind: 'sanctions_list', id: list },
    input: { version },
    reason: { code: 'published' },
  }
  let answer = await askOnce(server, body)
  // Who is newly hit came to be known between its preview and its request.
  for (let again = 0; again < ASKED_AGAIN_MAX && codeOf(answer.body) === 'preview_stale'; again += 1) {
    answer = await askOnce(server, body)
  }
  const code = codeOf(answer.body)
  if (code === 'already_in_force') return { outcome: 'unchanged', errors: [] }
  if (code === 'list_much_smaller') {
    return { outcome: 'quarantined', errors: [{ message: `${detailOf(answer.body).slice(2, -1)}.` }] }
  }
  if (code === 'already_requested') {
    const { open_request: open } = answer.body as { open_request?: { id?: string } }
    return open?.id === undefined
      ? { outcome: 'brought', errors: [{ message: 'Another request on this list is open.' }] }
      : whatIsOpen(server, open.id, version)
  }
  if (answer.status !== 200 && answer.status !== 202) throw refusedBy('take the list into force', answer)
  return { outcome: 'asked', request: (answer.body as { id: string }).id, errors: [] }
}

async function askOnce(server: HttpConnection, body: object): Promise<HttpAnswer> {
  const previewed = await requestJson(server, { method: 'POST', path: `${ACTION_PATH}/preview`, body })
  if (previewed.status !== 200) return previewed
  const { preview_digest } = (previewed.body ?? {}) as { preview_digest?: string }
  return requestJson(server, {
    method: 'POST',
    path: ACTION_PATH,
    headers: { 'idempotency-key': randomUUID() },
    body: { ...body, preview_digest },
  })
}

/** Of a list one request is open at a time: this version's, or another's that has to be decided on first. */
async function whatIsOpen(
  server: HttpConnection,
  id: string,
  version: string,
): Promise<Pick<ListReport, 'outcome' | 'request' | 'errors'>> {
  const answer = await requestJson(server, { method: 'GET', path: `/v1/requests/${encodeURIComponent(id)}` })
  if (answer.status !== 200) throw refusedBy('show the request that is open', answer)
  const { input } = answer.body as { input?: { version?: unknown } }
  if (input?.version === version) return { outcome: 'asked', request: id, errors: [] }
  const message =
    'Another version of it waits to be agreed to. Once that is decided on, import this one again.'
  return { outcome: 'brought', request: id, errors: [{ message }] }
}

function refusedBy(what: string, { status, body }: HttpAnswer): ImportFailure {
  if (status === 401)
    return new ImportFailure('The console does not accept the token: set COUNTERSIGN_TOKEN to a valid one.')
  return new ImportFailure(`The console refused to ${what}: it answered ${status}${detailOf(body)}.`)
}
