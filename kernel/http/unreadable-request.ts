import { type OutgoingHttpHeaders, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { uuidV7 } from '../db/uuid-v7.ts'
import { PROBLEM_TYPE } from './problem.ts'

/** What Node's parser says of bytes that are no request, or come too slowly, in our words. */
const STATUS_OF: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The header fields are too large.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'The chunk extensions are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not come in time.'],
}
const CODES: Readonly<Record<number, string>> = {
  408: 'request_timeout',
  413: 'too_large',
  417: 'expectation_failed',
  431: 'headers_too_large',
}
const NOT_HTTP: readonly [number, string] = [400, 'This is not an HTTP/1.1 request.']

/** Answers what never became a request; the connection ends, as nothing after such bytes can be made out. */
export function answerUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  // Whoever has gone away, or been answered in part, gets nothing more.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy()
    return
  }
  const [status, message] = STATUS_OF[error.code ?? ''] ?? NOT_HTTP
  const [headers, body] = rawProblem(status, message, '')
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.end(`HTTP/1.1 ${[`${status} ${STATUS_CODES[status]}`, ...lines].join('\r\n')}\r\n\r\n${body}`, () =>
    socket.destroy(),
  )
}

/** A problem document where there is no reply to send it with. */
export function rawProblem(
  status: number,
  message: string,
  instance: string,
): [headers: OutgoingHttpHeaders, body: string] {
  const code = CODES[status] ?? 'bad_request'
  const body = JSON.stringify({
    type: `urn:countersign:problem:${code}`,
    title: STATUS_CODES[status],
    status,
    detail: message,
    instance: instance.split('?')[0],
    success: false,
    error: message,
    message,
    code,
    request_id: uuidV7(),
  })
  const headers = {
    'content-type': PROBLEM_TYPE,
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    connection: 'close',
  }
  return [headers, body]
}
