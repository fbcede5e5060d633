/** A refusal as the server words it (RFC 9457), with the members that the oldest clients read. */
export type Problem = {
  type: string
  title: string
  status: number
  detail?: string
  instance?: string
  success?: false
  error?: string
  message?: string
  note?: string
  code?: string
  request_id?: string
  /** The upstream that could not be read. */
  source?: string
  errors?: { field: string; message: string; allowed?: string[] }[]
}

/** The server's decided answer was a refusal. */
export class ProblemError extends Error {
  readonly problem: Problem
  /** Seconds to wait before trying again, where the server said so. */
  readonly retryAfterS: number | null

  constructor(problem: Problem, retryAfterS: number | null = null) {
    super(problem.detail ?? problem.title)
    this.name = 'ProblemError'
    this.problem = problem
    this.retryAfterS = retryAfterS
  }
}

/** No answer arrived, so it is not known whether the request was acted on. */
export class UnreachableError extends Error {
  constructor(cause: unknown) {
    super('The server did not answer.', { cause })
    this.name = 'UnreachableError'
  }
}

/** Whether the error says nothing about what was done: no answer, a server in trouble, or "ask again later". */
export function isUndecided(error: unknown): boolean {
  if (error instanceof UnreachableError) return true
  if (!(error instanceof ProblemError)) return false
  const { status } = error.problem
  return status >= 500 || status === 429 || (status === 409 && error.retryAfterS !== null)
}

/** Status of a refusal, or null where the error is none. */
export function problemStatus(error: unknown): number | null {
  return error instanceof ProblemError ? error.problem.status : null
}

/** Reads a refused response; a body that is not a problem document becomes one with the status alone. */
export async function readProblem(response: Response): Promise<ProblemError> {
  const text = await response.text()
  const retryAfter = Number(response.headers.get('retry-after'))
  const retryAfterS = Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : null
  const problem: Problem = { type: 'about:blank', title: response.statusText, status: response.status }
  const requestId = response.headers.get('x-request-id')
  if (requestId !== null) problem.request_id = requestId
  const body = parseObject(text)
  return new ProblemError(body === null ? problem : { ...problem, ...body }, retryAfterS)
}

function parseObject(text: string): Partial<Problem> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}
