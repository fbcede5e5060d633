/** An answer with more bytes than anybody reads. */
export class AnswerTooLong extends Error {
  constructor(maxBytes: number) {
    super(`it answered more than ${maxBytes} bytes`)
    this.name = 'AnswerTooLong'
  }
}

/**
 * The body of an answer as text (UTF-8), of which at most so many bytes are ever held: at the first byte too many the
 * rest is given up.
 *
 * @throws AnswerTooLong
 */
export async function readLimited(response: Response, maxBytes: number): Promise<string> {
  if (!response.body) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  // Leaving the loop early cancels the stream, and with it the connection.
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new AnswerTooLong(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
