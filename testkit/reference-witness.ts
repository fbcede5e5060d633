import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as bodyOf } from 'node:stream/consumers'
import { type CosignerKey, cosign, cosignerKey } from '@countersign/kernel/audit/cosignature.ts'
import { verifyConsistency } from '@countersign/kernel/audit/merkle.ts'
import {
  type Checkpoint,
  NoteError,
  openCheckpoint,
  parseVerifierKey,
  type VerifierKey,
} from '@countersign/kernel/audit/signed-note.ts'

/** C2SP tlog-witness: a tree of 2^63 entries needs no more. */
const PROOF_LINES_MAX = 63

type SigningKey = CosignerKey & { readonly privateKey: KeyObject }
type Answer = { readonly status: number; readonly body: string; readonly type?: string }

/**
 * A witness by the letter of https://c2sp.org/tlog-witness, for tests: it remembers the largest tree of each log it is
 * told of, in memory, and cosigns what extends it. Prints its address and key, then serves until it is ended.
 *
 * @param logKeys verifier keys of the logs that it knows
 */
export function serveWitness(name: string, logKeys: readonly VerifierKey[]): void {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const { x = '' } = publicKey.export({ format: 'jwk' })
  const key: SigningKey = { ...cosignerKey(name, Buffer.from(x, 'base64url')), privateKey }
  const seen = new Map<string, Checkpoint>()
  const server = createServer((request, response) => {
    answer(request, key, logKeys, seen).then(
      (said) => send(response, said),
      (error: unknown) => send(response, { status: 500, body: `${String(error)}\n` }),
    )
  })
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo
    process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}`, key: key.text })}\n`)
  })
}

async function answer(
  request: IncomingMessage,
  key: SigningKey,
  logKeys: readonly VerifierKey[],
  seen: Map<string, Checkpoint>,
): Promise<Answer> {
  if (request.method !== 'POST' || request.url !== '/add-checkpoint') return { status: 405, body: '' }
  const body = await bodyOf(request)
  const end = body.indexOf('\n\n')
  const [first = '', ...proofLines] = body.slice(0, end).split('\n')
  const old = Number(/^old (0|[1-9]\d*)$/.exec(first)?.[1])
  const note = body.slice(end + 2)
  if (end < 0 || !Number.isSafeInteger(old) || proofLines.length > PROOF_LINES_MAX) {
    return { status: 400, body: 'not an add-checkpoint request\n' }
  }
  const origin = note.slice(0, note.indexOf('\n'))
  const keys = logKeys.filter((known) => known.name === origin)
  if (keys.length === 0) return { status: 404, body: 'unknown origin\n' }
  let offered: Checkpoint
  try {
    offered = openCheckpoint(note, keys)
  } catch (error) {
    if (error instanceof NoteError) return { status: 403, body: `${error.message}\n` }
    throw error
  }
  if (old > offered.size) return { status: 400, body: 'old is larger than the checkpoint\n' }
  const last = seen.get(origin)
  const conflict = { status: 409, body: `${last?.size ?? 0}\n`, type: 'text/x.tlog.size' }
  if (old !== (last?.size ?? 0)) return conflict
  if (last && last.size === offered.size && !last.root.equals(offered.root)) return conflict
  const proof = proofLines.map((line) => Buffer.from(line, 'base64'))
  const consistent =
    old === 0
      ? proof.length === 0
      : verifyConsistency({
          size1: old,
          size2: offered.size,
          root1: last?.root ?? Buffer.alloc(0),
          root2: offered.root,
          proof,
        })
  if (!consistent) return { status: 422, body: 'the proof does not show that one extends the other\n' }
  seen.set(origin, offered)
  const text = note.slice(0, note.lastIndexOf('\n\n') + 1)
  return { status: 200, body: cosign(text, key, Math.floor(Date.now() / 1000)) }
}

function send(response: ServerResponse, { status, body, type = 'text/plain; charset=utf-8' }: Answer): void {
  response.writeHead(status, { 'content-type': type }).end(body)
}

const [name, ...logKeys] = process.argv.slice(2)
if (name === undefined) throw new Error('usage: reference-witness.ts NAME LOG-KEY…')
serveWitness(name, logKeys.map(parseVerifierKey))
