import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/** Longest body that either server takes: that of a chunk. */
const BODY_BYTES_MAX = 8 * 1024 * 1024

type Json = Record<string, unknown>
type Answer = { status: number; body?: Json; headers?: Record<string, string> }

type StagedFile = { description: Json; chunks: Map<number, unknown[]>; committed: boolean }

/** The file API of an upstream (docs/connectors/upstream-contract.md), in memory. */
export type FileUpstream = {
  url: string
  key: string
  files: Map<string, StagedFile>
  /** `PUT /files/…`, one for each request that was carried out, in order. */
  calls: string[]
  /** What each announcement was answered. */
  missing: number[][]
  /** Called before a request is carried out; may wait, or give an answer in its place. */
  onRequest: (call: string) => Promise<Answer | undefined>
  stop: () => Promise<void>
}

/** Starts an upstream whose chunks hold their elements under `member` (`entries`, `statements`). */
export async function startFileUpstream(member: string): Promise<FileUpstream> {
  const files = new Map<string, StagedFile>()
  const key = 'key-of-the-upstream'
  const upstream: FileUpstream = {
    url: '',
    key,
    files,
    calls: [],
    missing: [],
    onRequest: async () => undefined,
    stop: async () => undefined,
  }

  function announce(sha256: string, description: Json): Answer {
    const file = files.get(sha256) ?? { description, chunks: new Map(), committed: false }
    files.set(sha256, file)
    const count = Number(description.chunks)
    const numbers = Array.from({ length: count }, (_, n) => n)
    const missing = file.committed ? [] : numbers.filter((n) => !file.chunks.has(n))
    upstream.missing.push(missing)
    const state = file.committed ? 'committed' : 'staging'
    return { status: 200, body: { id: sha256, state, missing_chunks: missing } }
  }

  function commit(file: StagedFile): Answer {
    const expected = Number(file.description.chunks)
    if (file.chunks.size !== expected)
      return problem(409, 'chunks_missing', 'Chunks of this file are missing.')
    file.committed = true
    return { status: 200, body: { state: 'committed' } }
  }

  const server = await listen(async (request, body) => {
    const call = `${request.method} ${request.url}`
    const instead = await upstream.onRequest(call)
    if (instead) return instead
    if (request.headers.authorization !== `Bearer ${key}`)
      return problem(401, 'unauthorized', 'No valid API key.')
    upstream.calls.push(call)
    const [, sha256 = '', what = '', n = ''] =
      /^\/files\/([0-9a-f]{64})(?:\/(\w+)(?:\/(\d+))?)?$/.exec(request.url ?? '') ?? []
    if (request.method === 'PUT' && what === '') return announce(sha256, body)
    if (request.method === 'DELETE') {
      files.delete(sha256)
      return { status: 204 }
    }
    const file = files.get(sha256)
    if (!file) return problem(404, 'not_found', 'There is no such file.')
    if (request.method === 'GET' && what === '') return { status: 200, body: { created: {} } }
    if (request.method === 'POST' && what === 'commit') return commit(file)
    const elements = body[member]
    if (request.method !== 'PUT' || what !== 'chunks' || !Array.isArray(elements)) {
      return problem(400, 'invalid_request', 'The request does not fit its schema.')
    }
    file.chunks.set(Number(n), elements)
    return { status: 204 }
  })
  upstream.url = server.url
  upstream.stop = server.stop
  return upstream
}

/** As much of the console as an import meets: the action that makes a file effective, and the request's resource. */
export type ImportConsole = {
  url: string
  token: string
  /** Bodies of the requests that were taken, by idempotency key; a repeated key is not taken again. */
  requests: Map<string, Json>
  /** Bodies that told of a refused file. */
  refusals: Json[]
  /** How a request ends: `executed` commits at the upstream first. */
  ending: (key: string) => 'executed' | 'failed' | 'rejected' | 'denied'
  stop: () => Promise<void>
}

/** Starts a console that commits what it is asked to import at one of `upstreams`. */
export async function startImportConsole(
  upstreams: Readonly<Record<string, Pick<FileUpstream, 'url' | 'key'>>>,
): Promise<ImportConsole> {
  const states = new Map<string, { state: string; detail?: string }>()
  const keys: string[] = []
  const underWay = new Set<Promise<void>>()
  const console: ImportConsole = {
    url: '',
    token: 'token-of-an-operator',
    requests: new Map(),
    refusals: [],
    ending: () => 'executed',
    stop: async () => undefined,
  }

  async function carryOut(id: string, key: string, body: Json): Promise<void> {
    const ending = console.ending(key)
    if (ending !== 'executed') {
      states.set(id, { state: ending, detail: 'The upstream refused to commit.' })
      return
    }
    const { id: sha256 } = body.target as { id: string }
    const { upstream: name } = body.input as { upstream: string }
    const upstream = upstreams[name]
    const commit = () =>
      fetch(`${upstream?.url}/files/${sha256}/commit`, {
        method: 'POST',
        headers: { authorization: `Bearer ${upstream?.key}`, 'idempotency-key': key },
      })
    let answer = await commit()
    // A large file takes its time: the upstream says that the first request is under way.
    while (answer.status === 409 && (await answer.clone().text()).includes('request_in_flight')) {
      answer = await commit()
    }
    states.set(id, { state: answer.ok ? 'executed' : 'failed', detail: await answer.text() })
  }

  const server = await listen(async (request, body) => {
    if (request.headers.authorization !== `Bearer ${console.token}`) {
      return problem(401, 'unauthorized', 'The token is not valid.')
    }
    if (request.method === 'POST' && request.url === '/v1/actions/transfers.import_file') {
      const key = String(request.headers['idempotency-key'])
      const replayed = console.requests.has(key)
      if (!replayed) {
        console.requests.set(key, body)
        keys.push(key)
        const taken = `req-${keys.length}`
        states.set(taken, { state: 'dispatching' })
        const ending = carryOut(taken, key, body)
          .catch((error: unknown) => {
            states.set(taken, { state: 'failed', detail: String(error) })
          })
          .finally(() => underWay.delete(ending))
        underWay.add(ending)
      }
      const id = `req-${keys.indexOf(key) + 1}`
      const headers: Record<string, string> = replayed ? { 'idempotency-replayed': 'true' } : {}
      return { status: 202, body: { id, state: 'dispatching' }, headers }
    }
    if (request.method === 'POST' && request.url === '/v1/actions/transfers.report_refused_file') {
      console.refusals.push(body)
      return { status: 200, body: { state: 'executed' } }
    }
    const id = /^\/v1\/requests\/(req-\d+)$/.exec(request.url ?? '')?.[1] ?? ''
    const found = states.get(id)
    if (!found) return problem(404, 'not_found', 'There is no such request.')
    return {
      status: 200,
      body: { id, state: found.state, effect: { detail: { detail: found.detail } } },
    }
  })
  console.url = server.url
  console.stop = async () => {
    await Promise.all(underWay)
    await server.stop()
  }
  return console
}

function problem(status: number, code: string, detail: string): Answer {
  return { status, body: { type: `urn:test:${code}`, title: code, status, code, detail } }
}

async function listen(
  handle: (request: IncomingMessage, body: Json) => Promise<Answer>,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const server = createServer((request, response) => {
    respond(request, response, handle).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { url: `http://127.0.0.1:${port}`, stop: () => stop(server) }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  handle: (request: IncomingMessage, body: Json) => Promise<Answer>,
): Promise<void> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of request) {
    bytes += piece.length
    if (bytes > BODY_BYTES_MAX) throw new Error('The body is larger than an upstream takes.')
    pieces.push(piece)
  }
  const text = Buffer.concat(pieces).toString('utf8')
  const answer = await handle(request, text === '' ? {} : JSON.parse(text))
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
  response.end(answer.body ? JSON.stringify(answer.body) : undefined)
}

function stop(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done())
    server.closeAllConnections()
  })
}
