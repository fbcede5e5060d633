import { connect } from 'node:net'

const HEADER_END = Buffer.from('\r\n\r\n')

/**
 * One connection that sends one request at a time and waits for its answer. HTTP/1.1 by hand, as lean as it can be, so
 * that what is measured is the server: its answers carry `Content-Length`, and nothing else is needed of it.
 *
 * @param next the bytes of the next request; undefined when there is none, and the connection is ended
 * @param onAnswer the status in three digits, and the body where it is asked for
 * @throws Error where the server closes the connection before
 */
export function driveConnection(
  port: number,
  next: () => string | Buffer | undefined,
  onAnswer: (status: string, body: () => string) => void,
): Promise<void> {
  return new Promise((done, fail) => {
    const socket = connect(port, '127.0.0.1')
    socket.setNoDelay(true)
    let pending: Buffer = Buffer.alloc(0)
    const send = () => {
      const request = next()
      if (request === undefined) {
        socket.end()
        done()
      } else socket.write(request)
    }
    socket.on('data', (bytes) => {
      pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes])
      const headEnd = pending.indexOf(HEADER_END)
      if (headEnd < 0) return
      const head = pending.toString('latin1', 0, headEnd)
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
      const begin = headEnd + HEADER_END.length
      const end = begin + length
      if (pending.length < end) return
      const answer = pending
      onAnswer(head.slice(9, 12), () => answer.toString('utf8', begin, end))
      pending = pending.subarray(end)
      send()
    })
    socket.on('error', fail)
    // Nothing of it where it was ended here: it is done by then.
    socket.on('close', () => fail(new Error('the server closed a connection')))
    socket.on('connect', send)
  })
}
