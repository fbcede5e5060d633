import type { FastifyError } from 'fastify'
import { type Failure, invalid } from '../actions/failure.ts'

/** Longest body that is taken, where a route does not say otherwise. */
export const BODY_LIMIT_BYTES = 1024 * 1024

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
      message: `The body is larger than ${inMebibytes(bodyLimitBytes)} MiB.`,
      fields: [{ field: 'body', message: `at most ${bodyLimitBytes} bytes` }],
    }
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return {
      kind: 'unsupported_media_type',
      code: 'unsupported_media_type',
      message: 'The body must be JSON, sent as application/json.',
      fields: [{ field: 'Content-Type', message: 'must be application/json', allowed: ['application/json'] }],
    }
  }
  if (statusCode === 415) {
    const { field = 'Content-Type', allowed } = error as { field?: string; allowed?: string[] }
    const fields = [{ field, message, ...(allowed ? { allowed } : {}) }]
    return { kind: 'unsupported_media_type', code: 'unsupported_media_type', message, fields }
  }
  if (code === 'FST_ERR_BAD_URL' || code === 'FST_ERR_MAX_PARAM_LENGTH') {
    return invalid({ field: 'path', message: 'is not a valid URL path' })
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    const { field = 'body' } = error as { field?: string }
    return invalid({ field, message: bodyProblem(code, message) })
  }
  return undefined
}

function inMebibytes(bytes: number): string {
  return String(Number((bytes / 1024 / 1024).toFixed(2)))
}

function bodyProblem(code: string | undefined, message: string): string {
  switch (code) {
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return 'must not be empty'
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return 'is not valid JSON'
    case 'INVALID_UTF8':
      return 'is not valid UTF-8'
    default:
      return message
  }
}
