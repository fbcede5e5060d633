import { connect } from 'node:net'

/** What was answered, as it came, and the JSON in it; undefined where there is none. */
export type RawAnswer = {
  readonly status: number
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  readonly body: any
}

/**
 * Sends a request as it is written: `fetch` puts a path in order (dot segments, backslashes) before it sends it, and so can show nothing
 * of what a path that is not in order does.
 *
 * @param url of the server
 * @param line the request line, such as `GET /api/./ledger/entries HTTP/1.1`
 * @param headers as they are sent; `Connection: close` is added
 */
export function rawRequest(
  url: string,
  line: string,
  headers: readonly string[],
  content = '',
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  return new Promise((done, failed) => {
    const socket = connect(Number(port), hostname)
    let text = ''
    socket.on('data', (bytes) => {
      text += bytes.toString('utf8')
    })
    socket.on('error', (error) => (text === '' ? failed(error) : undefined))
    socket.on('close', () =>
      done({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), text, body: jsonIn(text) }),
    )
    const length = content === '' ? [] : [`Content-Length: ${Buffer.byteLength(content)}`]
    socket.write(`${[line, ...headers, ...length, 'Connection: close'].join('\r\n')}\r\n\r\n${content}`)
  })
}

function jsonIn(text: string): unknown {
  const from = text.indexOf('{')
  return from < 0 ? undefined : JSON.parse(text.slice(from, text.lastIndexOf('}') + 1))
}
