import { z } from 'zod'
import type { Delivery } from '../actions/define-action.ts'
import { english } from '../languages/make-teller.ts'
import type { Json } from '../personal-data/canonical-json.ts'
import type { UpstreamAnswer, UpstreamHttp } from './upstream-http.ts'

const NOT_HAPPENED: Delivery = { outcome: 'retry', code: 'not_happened', why: 'it has not happened' }

/**
 * Class B: looks for what was done under our reference.
 *
 * @param options.found what is kept of it; undefined where the answer shows that it was not done. No personal data.
 * @returns done; retry where nothing is found; unknown where it cannot be asked now
 */
export async function readBackByReference<Schema extends z.ZodType>(
  http: UpstreamHttp,
  path: string,
  options: {
    readonly schema: Schema
    readonly found: (body: z.output<Schema>) => Record<string, Json> | undefined
    readonly signal: AbortSignal
  },
): Promise<Delivery> {
  const answer = await http.read(path, options.signal)
  if (answer.kind !== 'answer' || answer.status !== 200) return notSaid(http, answer)
  const parsed = options.schema.safeParse(answer.body)
  if (!parsed.success) return notAsAgreed(http)
  const detail = options.found(parsed.data)
  return detail ? { outcome: 'done', detail } : NOT_HAPPENED
}

/**
 * Class C: whose write came over the version that was seen? One write takes a record from one version to the next, so
 * what the next version holds decides.
 *
 * @param options.isOurs whether a record holds what we would have written
 * @returns done; retry while nobody has written; refused where somebody else has; unknown where it cannot be asked now;
 *   undefined where the record is gone, or has moved on further
 */
export async function readBackByVersion<Schema extends z.ZodType<{ version: number }>>(
  http: UpstreamHttp,
  path: string,
  options: {
    readonly schema: Schema
    readonly before: string | null
    readonly isOurs: (record: z.output<Schema>) => boolean
    readonly signal: AbortSignal
  },
): Promise<Delivery | undefined> {
  const answer = await http.read(path, options.signal)
  if (answer.kind === 'answer' && answer.status === 404) return undefined
  if (answer.kind !== 'answer' || answer.status !== 200) return notSaid(http, answer)
  const parsed = options.schema.safeParse(answer.body)
  if (!parsed.success) return notAsAgreed(http)
  const moved = parsed.data.version - Number(options.before)
  if (moved === 0) return NOT_HAPPENED
  if (moved !== 1) return undefined
  return options.isOurs(parsed.data)
    ? { outcome: 'done', detail: { version: parsed.data.version } }
    : {
        outcome: 'refused',
        code: 'version_conflict',
        message: 'Somebody else has written over the version that was seen.',
      }
}

const settling = z.object({ class: z.literal('B'), settles_within_s: z.int().min(0) })

/**
 * For how long an upstream of class B may still come to an order (`GET /about`), asked each time it matters.
 *
 * @returns ms; undefined where it cannot be asked now, or does not say
 */
export async function readSettlesWithinMs(
  http: UpstreamHttp,
  signal: AbortSignal,
): Promise<number | undefined> {
  const answer = await http.read('/about', signal)
  const parsed =
    answer.kind === 'answer' && answer.status === 200 ? settling.safeParse(answer.body) : undefined
  return parsed?.success ? parsed.data.settles_within_s * 1000 : undefined
}

function notSaid({ name }: UpstreamHttp, answer: UpstreamAnswer): Delivery {
  return answer.kind === 'answer'
    ? {
        outcome: 'unknown',
        code: `status_${answer.status}`,
        why: `${name} answered ${answer.status} when asked whether it happened`,
      }
    : { outcome: 'unknown', code: answer.code, why: english(answer.why) }
}

function notAsAgreed({ name }: UpstreamHttp): Delivery {
  return {
    outcome: 'unknown',
    code: 'answer_not_as_agreed',
    why: `${name} answered otherwise than agreed when asked whether it happened`,
  }
}
