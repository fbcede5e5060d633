import { z } from 'zod'
import { detailOf, type HttpAnswer, type HttpConnection, requestJson } from './http-json.ts'
import { ImportFailure } from './import-failure.ts'
import type { MoneySums } from './money-sums.ts'

/** What a file is said to hold before any of it is sent; the upstream adds up its chunks against this. */
export type FileDescription = {
  name: string
  format: string
  totals: { entries: number; debit: MoneySums; credit: MoneySums }
  chunks: number
}

export type StagedFile = {
  state: 'staging' | 'committed'
  missingChunks: readonly number[]
  sameContentAs?: string
}

/** The file API of an upstream (docs/connectors/upstream-contract.md). Nothing sent is visible before the file is committed. */
export type UpstreamFiles<Element> = {
  /** Announces a file, or asks what is missing of one that was announced before. */
  announce(sha256: string, file: FileDescription): Promise<StagedFile>
  /** Sends chunk `n`, counted from 0. Sending it again changes nothing. */
  sendChunk(sha256: string, n: number, elements: readonly Element[]): Promise<void>
  /** What a committed file made, by kind: `{statements, lines, quarantined}`. */
  created(sha256: string): Promise<Readonly<Record<string, number>>>
  /** Forgets what was sent of a file that is not committed. */
  discard(sha256: string): Promise<void>
}

const stagedFile = z.object({
  state: z.enum(['staging', 'committed']),
  missing_chunks: z.array(z.number().int().min(0)),
  same_content_as: z.string().optional(),
})

const committedFile = z.object({ created: z.record(z.string(), z.int().min(0)).default({}) })

/**
 * The file API of the upstream at `connection`.
 * @param member the name of the list in a chunk: `entries`, `statements`
 * @throws ImportFailure from every function, when the upstream cannot be reached or refuses
 */
export function upstreamFiles<Element>(connection: HttpConnection, member: string): UpstreamFiles<Element> {
  async function put(path: string, body: unknown): Promise<HttpAnswer> {
    const answer = await requestJson(connection, { method: 'PUT', path, body })
    if (answer.status === 401 || answer.status === 403) {
      throw new ImportFailure(
        `${connection.name} does not accept the key: set UPSTREAM_KEY_${connection.name.toUpperCase()}.`,
      )
    }
    return answer
  }

  async function discard(sha256: string): Promise<void> {
    const answer = await requestJson(connection, { method: 'DELETE', path: `/files/${sha256}` })
    if (answer.status >= 300 && answer.status !== 404)
      throw refusal(connection, 'discard the staged file', answer)
  }

  return {
    async announce(sha256, file) {
      const path = `/files/${sha256}`
      let answer = await put(path, file)
      if (answer.status === 422) {
        // Staged earlier under another description, by another version of this program: start afresh.
        await discard(sha256)
        answer = await put(path, file)
      }
      if (answer.status !== 200) throw refusal(connection, 'take the file', answer)
      const staged = stagedFile.safeParse(answer.body)
      if (!staged.success) {
        throw new ImportFailure(`${connection.name} gave an answer that its contract does not know.`)
      }
      const { state, missing_chunks: missingChunks, same_content_as: sameContentAs } = staged.data
      return { state, missingChunks, sameContentAs }
    },
    async sendChunk(sha256, n, elements) {
      const answer = await put(`/files/${sha256}/chunks/${n}`, { [member]: elements })
      if (answer.status >= 300) throw refusal(connection, `take chunk ${n}`, answer)
    },
    async created(sha256) {
      const answer = await requestJson(connection, { method: 'GET', path: `/files/${sha256}` })
      const file = committedFile.safeParse(answer.body)
      if (answer.status !== 200 || !file.success) throw refusal(connection, 'say what the file made', answer)
      return file.data.created
    },
    discard,
  }
}

function refusal(connection: HttpConnection, what: string, answer: HttpAnswer): ImportFailure {
  return new ImportFailure(
    `${connection.name} refused to ${what}: it answered ${answer.status}${detailOf(answer.body)}.`,
  )
}
