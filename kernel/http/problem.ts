import type { Failure } from '../actions/failure.ts'
import { type Said, say, type Text } from '../languages/say.ts'

/** The one place that knows HTTP's word for each kind of failure. */
const STATUS: Readonly<Record<Failure['kind'], number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  in_flight: 409,
  gone: 410,
  too_large: 413,
  unsupported_media_type: 415,
  key_reused: 422,
  too_many_requests: 429,
  upstream_unavailable: 503,
  // RFC 4918 §11.5
  insufficient_storage: 507,
}

/** What each status is called (RFC 9110 §15). */
const TITLES: Readonly<Record<Failure['kind'], Said>> = {
  invalid: say`Bad Request`,
  unauthenticated: say`Unauthorized`,
  forbidden: say`Forbidden`,
  not_found: say`Not Found`,
  method_not_allowed: say`Method Not Allowed`,
  conflict: say`Conflict`,
  in_flight: say`Conflict`,
  gone: say`Gone`,
  too_large: say`Payload Too Large`,
  unsupported_media_type: say`Unsupported Media Type`,
  key_reused: say`Unprocessable Entity`,
  too_many_requests: say`Too Many Requests`,
  upstream_unavailable: say`Service Unavailable`,
  insufficient_storage: say`Insufficient Storage`,
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

/** RFC 9457, with the members that seed 001's clients read (`success`, `error`, `message`, `note`). */
export type Problem = {
  readonly type: string
  readonly title: Text
  readonly status: number
  readonly detail: Text
  readonly instance: string
  readonly success: false
  readonly error: Text
  readonly message: Text
  readonly code: string
  readonly request_id: string
  readonly errors?: Failure['fields']
}

export function statusOf(failure: Failure): number {
  return STATUS[failure.kind]
}

export function problemOf(failure: Failure, instance: string, requestId: string): Problem {
  const status = statusOf(failure)
  const title = TITLES[failure.kind]
  return {
    ...failure.extra,
    type: `urn:countersign:problem:${failure.code}`,
    title,
    status,
    detail: failure.message,
    instance,
    success: false,
    error: failure.message,
    message: failure.explanation ?? failure.message,
    code: failure.code,
    request_id: requestId,
    ...(failure.fields ? { errors: failure.fields } : {}),
  }
}
