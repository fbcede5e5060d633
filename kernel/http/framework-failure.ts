import type { FastifyError } from 'fastify'
import { type Failure, invalid } from '../actions/failure.ts'
import { type Said, say, type Text } from '../languages/say.ts'

/** Longest body that is taken, where a route does not say otherwise. */
export const BODY_LIMIT_BYTES = 1024 * 1024

/** An error of ours that Fastify carries. */
type Refused = { readonly field?: string; readonly allowed?: string[]; readonly said?: Said }

/** What Fastify itself refuses, in our words; undefined for what is a fault of ours. */
export function frameworkFailure(
  error: FastifyError | Error,
  bodyLimitBytes = BODY_LIMIT_BYTES,
): Failure | undefined {
  const { code, statusCode, message } = error as FastifyError
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return {
      kind: 'too_large',
      code: 'body_too_large',
      message: say`The body is larger than ${inMebibytes(bodyLimitBytes)} MiB.`,
      fields: [{ field: 'body', message: say`at most ${bodyLimitBytes} bytes` }],
    }
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return {
      kind: 'unsupported_media_type',
      code: 'unsupported_media_type',
      message: say`The body must be JSON, sent as application/json.`,
      fields: [
        { field: 'Content-Type', message: say`must be application/json`, allowed: ['application/json'] },
      ],
    }
  }
  if (statusCode === 415) {
    const { field = 'Content-Type', allowed, said } = error as Refused
    const message: Text = said ?? error.message
    const fields = [{ field, message, ...(allowed ? { allowed } : {}) }]
    return { kind: 'unsupported_media_type', code: 'unsupported_media_type', message, fields }
  }
  if (code === 'FST_ERR_BAD_URL' || code === 'FST_ERR_MAX_PARAM_LENGTH') {
    return invalid({ field: 'path', message: say`is not a valid URL path` })
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    const { field = 'body', said } = error as Refused
    return invalid({ field, message: bodyProblem(code) ?? said ?? message })
  }
  return undefined
}

function inMebibytes(bytes: number): string {
  return String(Number((bytes / 1024 / 1024).toFixed(2)))
}

function bodyProblem(code: string | undefined): Said | undefined {
  switch (code) {
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return say`must not be empty`
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return say`is not valid JSON`
    case 'INVALID_UTF8':
      return say`is not valid UTF-8`
    default:
      return undefined
  }
}
