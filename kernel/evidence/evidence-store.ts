import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, opendir, readFile, rename, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { type Failure, fail, ok, type Result } from '../actions/failure.ts'
import { say } from '../languages/say.ts'

/** Files outside the database, each under the SHA-256 of its bytes: what lies there can be checked without any key. */
export type EvidenceStore = {
  /** Lies there, whole and on disk, before this returns its address; or not at all. */
  readonly put: (bytes: Buffer) => Promise<Result<string>>
  /** Undefined where there is none, or it is not what it was. */
  readonly read: (address: string) => Promise<Buffer | undefined>
  /** One that is gone already is no fault. */
  readonly remove: (address: string) => Promise<void>
  /** Everything that lies there and has not been touched since `before`. */
  readonly untouchedSince: (before: Date) => AsyncIterable<string>
  /** Lets go of what a crash left half written before then. */
  readonly forgetHalfWritten: (before: Date) => Promise<void>
}

const ADDRESS = /^[0-9a-f]{64}$/
const INCOMING = 'incoming'
/** EDQUOT: the account's share of the disk; EFBIG: its largest file. */
const NO_SPACE: readonly string[] = ['ENOSPC', 'EDQUOT', 'EFBIG']

/** @param directory absolute; made where it is missing; shared by servers and workers */
export function evidenceDirectory(directory: string): EvidenceStore {
  const incoming = join(directory, INCOMING)
  const folderOf = (address: string) => join(directory, address.slice(0, 2))
  const pathOf = (address: string) => join(folderOf(address), address)

  return {
    async put(bytes) {
      const address = sha256(bytes)
      const temporary = join(incoming, randomUUID())
      try {
        await mkdir(incoming, { recursive: true, mode: 0o700 })
        await mkdir(folderOf(address), { recursive: true, mode: 0o700 })
        await writeDurably(temporary, bytes)
        await rename(temporary, pathOf(address))
        await sync(folderOf(address))
        return ok(address)
      } catch (error) {
        await unlinkIfThere(temporary)
        return fail(notStored(error as NodeJS.ErrnoException))
      }
    },
    async read(address) {
      const bytes = await readIfThere(pathOf(address))
      return bytes && sha256(bytes) === address ? bytes : undefined
    },
    remove: (address) => unlinkIfThere(pathOf(address)),
    async *untouchedSince(before) {
      for await (const folder of entriesOf(directory)) {
        if (folder === INCOMING) continue
        for await (const name of entriesOf(join(directory, folder))) {
          if (ADDRESS.test(name) && (await isOlder(join(directory, folder, name), before))) yield name
        }
      }
    },
    async forgetHalfWritten(before) {
      for await (const name of entriesOf(incoming)) {
        if (await isOlder(join(incoming, name), before)) await unlinkIfThere(join(incoming, name))
      }
    },
  }
}

async function writeDurably(path: string, bytes: Buffer): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A name is on disk once its directory is. */
async function sync(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** RFC 4918 §11.5 has a status for a store that is full; anything else is a store that is not there. */
function notStored(error: NodeJS.ErrnoException): Failure {
  const why = error.code ?? error.message
  if (NO_SPACE.includes(why)) {
    return {
      kind: 'insufficient_storage',
      code: 'evidence_storage_full',
      message: say`The store for evidence is full. Nothing was stored and nothing recorded; send it again when there is room.`,
      retryAfterS: 60,
    }
  }
  return {
    kind: 'upstream_unavailable',
    code: 'evidence_storage_unavailable',
    message: say`The store for evidence cannot be written (${why}). Nothing was stored and nothing recorded.`,
    retryAfterS: 60,
  }
}

async function isOlder(path: string, before: Date): Promise<boolean> {
  const found = await ifThere(() => stat(path))
  return found !== undefined && found.mtime < before
}

async function* entriesOf(directory: string): AsyncIterable<string> {
  const found = await ifThere(() => opendir(directory))
  if (!found) return
  for await (const entry of found) yield entry.name
}

const readIfThere = (path: string) => ifThere(() => readFile(path))

async function unlinkIfThere(path: string): Promise<void> {
  await ifThere(() => unlink(path))
}

async function ifThere<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
