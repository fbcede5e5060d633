import { randomUUID } from 'node:crypto'
import { detailOf, type HttpConnection, requestJson } from './http-json.ts'
import { ImportFailure } from './import-failure.ts'
import type { ImportError } from './import-refusal.ts'
import { refusalWords } from './refusal-words.ts'

const ACTION_PATH = '/v1/actions/transfers.report_refused_file'
const FORMAT = /^[a-z0-9.]{1,32}$/

/**
 * Has the console record that a file was refused (K-31): its digest, the first place that is wrong and how, never what stands there.
 *
 * @throws ImportFailure where that could not be recorded
 */
export async function reportRefusal(
  server: HttpConnection,
  sha256: string,
  refusal: {
    readonly format: string
    readonly why: 'malformed' | 'changed'
    readonly errors: readonly ImportError[]
  },
): Promise<void> {
  const [first] = refusal.errors
  const { status, body } = await requestJson(server, {
    method: 'POST',
    path: ACTION_PATH,
    headers: { 'idempotency-key': randomUUID() },
    body: {
      target: { kind: 'refused_file', id: sha256 },
      input: {
        format: FORMAT.test(refusal.format) ? refusal.format : 'unknown',
        errors: Math.max(1, refusal.errors.length),
        ...(first?.line === undefined ? {} : { line: first.line }),
        ...(first !== undefined && 'column' in first && first.column !== undefined
          ? { column: first.column }
          : {}),
        ...(first === undefined ? {} : { message: refusalWords(first.message) }),
      },
      reason: { code: refusal.why },
    },
  })
  if (status !== 200) {
    throw new ImportFailure(`The console did not record it: it answered ${status}${detailOf(body)}.`)
  }
}
