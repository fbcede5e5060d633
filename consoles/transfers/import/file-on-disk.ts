import { createHash } from 'node:crypto'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { ImportFailure } from './import-failure.ts'

const READ_BYTES = 256 * 1024

const WHY_NOT: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file.',
  EACCES: 'The file may not be read by this account.',
  EPERM: 'The file may not be read by this account.',
  EISDIR: 'This is a directory, not a file.',
  ELOOP: 'The name leads in a circle of symbolic links.',
  ENAMETOOLONG: 'The name is too long.',
  ENOTDIR: 'A part of the path is not a directory.',
}

/** A file opened for reading alone. It is read through one handle, so that a file renamed over it changes nothing. */
export type FileOnDisk = {
  bytes: number
  /** Reads from the beginning; `digest` is known once the stream has been read to its end. */
  read: () => { stream: AsyncGenerator<Buffer, void>; digest: () => string }
  close: () => Promise<void>
}

/**
 * Opens a file.
 * @throws ImportFailure where it is missing, not a plain file, or unreadable
 */
export async function openFile(path: string): Promise<FileOnDisk> {
  const handle = await openPlainFile(path).catch((error: unknown) => {
    throw readFailure(error)
  })
  const { size } = await handle.stat()
  return {
    bytes: size,
    read() {
      const hash = createHash('sha256')
      return { stream: readThrough(handle, hash), digest: () => hash.digest('hex') }
    },
    close: () => handle.close(),
  }
}

async function openPlainFile(path: string): Promise<FileHandle> {
  // Looked at before it is opened: opening a pipe would wait for somebody to write into it.
  const status = await stat(path)
  if (status.isDirectory()) throw new ImportFailure(WHY_NOT.EISDIR ?? '')
  if (!status.isFile()) {
    throw new ImportFailure('This is not a plain file (a pipe, socket or device): it cannot be read twice.')
  }
  return open(path, 'r')
}

async function* readThrough(
  handle: FileHandle,
  hash: { update: (chunk: Buffer) => unknown },
): AsyncGenerator<Buffer, void> {
  let position = 0
  for (;;) {
    // A buffer of its own for each piece: what is read from it may still be in use.
    const buffer = Buffer.allocUnsafe(READ_BYTES)
    const { bytesRead } = await handle.read(buffer, 0, READ_BYTES, position).catch((error: unknown) => {
      throw readFailure(error)
    })
    if (bytesRead === 0) return
    const piece = buffer.subarray(0, bytesRead)
    hash.update(piece)
    position += bytesRead
    yield piece
  }
}

function readFailure(error: unknown): unknown {
  if (error instanceof ImportFailure || !(error instanceof Error) || !('code' in error)) return error
  return new ImportFailure(WHY_NOT[String(error.code)] ?? `The file cannot be read: ${error.message}.`, {
    cause: error,
  })
}
