import { connect } from 'node:net'

/**
 * A request as its bytes, for what `fetch` would put right before it sends it: dot segments in a path, a broken line, a header twice.
 *
 * @param line the request line, `GET /api/./ledger/entries HTTP/1.1`
 * @param headers each as one line; `Connection: close` is added, and `Content-Length` where something is sent
 * @param sent what stands below the headers
 * @returns the status, NaN where none came; all that was answered; and what stands below its headers
 */
export function rawRequest(
  url: string,
  line: string,
  headers: readonly string[],
  sent = '',
): Promise<{ readonly status: number; readonly text: string; readonly body: string }> {
  const { hostname, port } = new URL(url)
  return new Promise((done, failed) => {
    const socket = connect(Number(port), hostname)
    let text = ''
    socket.on('data', (bytes) => {
      text += bytes.toString('utf8')
    })
    socket.on('error', (error) => (text === '' ? failed(error) : undefined))
    socket.on('close', () => {
      const body = text.slice(text.indexOf('\r\n\r\n') + 4)
      done({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), text, body })
    })
    const length = sent === '' ? [] : [`Content-Length: ${Buffer.byteLength(sent)}`]
    socket.write(`${[line, ...headers, ...length, 'Connection: close'].join('\r\n')}\r\n\r\n${sent}`)
  })
}
