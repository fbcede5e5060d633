import { type CosignerKey, verifyCosignature } from './cosignature.ts'
import { parseCheckpoint } from './signed-note.ts'
import { type ProveFrom, type Witness, WitnessRefusalError } from './witness-directory.ts'

const ANSWER_TIMEOUT_MS = 10_000
/** A few signature lines, or a size. */
const ANSWER_MAX_BYTES = 16_384
/** The witness says how far it has come, and is then asked from there; another signer may be asking too. */
const ATTEMPTS_MAX = 3

export type HttpWitnessOptions = {
  /** Submission prefix: `/add-checkpoint` is appended. Without a slash at the end. */
  readonly url: string
  /** With which the witness cosigns. */
  readonly key: CosignerKey
}

/**
 * A witness of the C2SP protocol tlog-witness, beside the one that keeps the files: it is asked first, and what it has
 * cosigned is kept with its line. It is the one that nobody here can turn back: whoever cuts the end off the database and
 * off the files is refused by it.
 *
 * Source: https://c2sp.org/tlog-witness
 */
export function cosignedBy({ url, key }: HttpWitnessOptions, kept: Witness): Witness {
  const { fork } = kept
  return {
    latest: () => kept.latest(),
    async add(note, from, proof, proveFrom) {
      const lines = await addCheckpoint(`${url}/add-checkpoint`, key, note, from, proof, proveFrom)
      await kept.add(`${note}${lines}`, from, proof, proveFrom)
      return `${note}${lines}`
    },
    // C2SP knows no forks: its operator has to begin the log anew there, or refuses what comes next.
    ...(fork ? { fork: (note, evidence) => fork.call(kept, note, evidence) } : {}),
  }
}

/** @returns the lines of the witness's cosignatures, verified */
async function addCheckpoint(
  url: string,
  key: CosignerKey,
  note: string,
  from: number,
  proof: readonly Buffer[],
  proveFrom: ProveFrom | undefined,
): Promise<string> {
  const text = note.slice(0, note.lastIndexOf('\n\n') + 1)
  const { size } = parseCheckpoint(text)
  let [old, steps] = [from, proof]
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const body = [`old ${old}`, ...steps.map((hash) => hash.toString('base64')), '', note].join('\n')
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    })
    const said = await textOf(answer)
    if (answer.status === 200) return requireCosignature(said, text, key)
    if (answer.status !== 409) throw refusal(answer.status, said, size)
    const seen = Number(/^(0|[1-9]\d{0,15})\n$/.exec(said)?.[1])
    if (!Number.isSafeInteger(seen)) throw new Error(`the witness ${key.name} answered 409 without its size`)
    if (seen > size) {
      throw new WitnessRefusalError(
        'rollback',
        `The log offers a checkpoint of ${size} entries, but has shown one of ${seen} to the witness ${key.name}.`,
      )
    }
    if (seen === old) {
      throw new WitnessRefusalError(
        'fork',
        `The log offers another root for ${seen} entries than it has shown to the witness ${key.name}.`,
      )
    }
    if (!proveFrom) throw new WitnessRefusalError('stale', `The witness ${key.name} is at ${seen} entries.`)
    old = seen
    steps = seen === 0 || seen === size ? [] : await proveFrom(seen)
  }
  throw new WitnessRefusalError('stale', `The witness ${key.name} has moved on each time it was asked.`)
}

function requireCosignature(said: string, text: string, key: CosignerKey): string {
  const lines = said.split('\n').slice(0, -1)
  const ours = lines.filter((line) => verifyCosignature(line, text, key) !== undefined)
  if (ours.length === 0) throw new Error(`the witness ${key.name} answered without a cosignature of its own`)
  return ours.map((line) => `${line}\n`).join('')
}

/** What is no refusal of the log itself is a failure to reach the witness, and tried again. */
function refusal(status: number, said: string, size: number): Error {
  switch (status) {
    case 422:
      return new WitnessRefusalError(
        'fork',
        `The log's ${size} entries do not begin with those that it has shown to the witness: the proof is refused.`,
      )
    case 403:
    case 404:
      return new WitnessRefusalError(
        'not_this_log',
        status === 404
          ? 'The witness does not know this log: its origin has to be made known there.'
          : 'The witness does not know the key of this log: it has to be made known there.',
      )
    default:
      return new Error(`the witness answered ${status}: ${said.slice(0, 200)}`)
  }
}

async function textOf(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of answer.body ?? []) {
    length += chunk.length
    if (length > ANSWER_MAX_BYTES) throw new Error(`the witness answered more than ${ANSWER_MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
