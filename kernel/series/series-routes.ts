import { z } from 'zod'
import { type Failure, fail, invalid, ok, type Result } from '../actions/failure.ts'
import { mayReadConsole } from '../entities/may-hear-of.ts'
import { type Route, route } from '../http/route.ts'
import type { Principal, RequestOrigin } from '../identity/principal.ts'
import type { Kernel } from '../kernel.ts'
import { zoneOf } from '../languages/reader.ts'
import { say, written } from '../languages/say.ts'
import { openQueue } from '../queues/queue-routes.ts'
import { instant } from '../time/instant.ts'
import { fewAtOnce } from './few-at-once.ts'
import { DAY_S, readSeries, type SeriesAsked } from './read-series.ts'
import { type SeriesKind, seriesKinds } from './series-kinds.ts'

/** From a minute to a day; each divides the next, and a day. */
const STEPS_S = [60, 300, 900, 3_600, 21_600, DAY_S] as const
/** More points than there are pixels show nothing more. */
export const POINTS_MAX = 1_000
const LABEL_MAX_CHARACTERS = 128
const QUARTER_S = 900
/** kernel.purge_expired. */
const MINUTES_KEPT_MS = 3 * DAY_S * 1000

const timeZone = z
  .string()
  .refine(
    (name) => zoneOf(name) !== undefined,
    written(say`must be a time zone of the IANA database, such as Europe/Paris`),
  )

const zoneUnknown = say`is no time zone that the database knows; give its name in the IANA database, such as Europe/Paris`

/** Of the connections that a server has, few are for charts; of one person fewer. A page of charts asks for some dozen. */
const READ_AT_ONCE = { all: 4, ofOne: 2, waiting: 40 }
const RETRY_AFTER_S = 5

/** T-08, T-10: what was measured over time, for charts. */
export function seriesRoutes(kernel: Kernel): Route[] {
  const few = fewAtOnce(READ_AT_ONCE)
  return [
    route({
      method: 'GET',
      url: '/v1/series/:name',
      summary: 'What was measured of queues, upstreams and the product itself, by steps of time',
      access: { permission: 'kernel:read' },
      params: z.object({ name: z.string().max(64) }),
      query: z.strictObject({
        from: instant,
        to: instant,
        step: z.enum(STEPS_S.map(String)).transform(Number),
        label: z.string().min(1).max(LABEL_MAX_CHARACTERS).optional(),
        time_zone: timeZone.default('UTC'),
      }),
      async handle({ params, query, principal, origin }) {
        const kind = seriesKinds.get(params.name)
        if (!kind) {
          const names = [...seriesKinds.keys()].join(', ')
          return fail({
            kind: 'not_found',
            code: 'no_such_series',
            message: say`There is no series "${params.name}". There are: ${names}.`,
          })
        }
        const { from, to, step, label, time_zone } = query
        const points = (Date.parse(to) - Date.parse(from)) / 1000 / step
        if (points <= 0) return fail(invalid({ field: 'to', message: say`must be later than "from"` }))
        if (step < kind.finestS) {
          return fail(
            invalid({ field: 'step', message: say`must be at least ${kind.finestS} for this series` }),
          )
        }
        if (points > POINTS_MAX) {
          return fail(
            invalid({
              field: 'step',
              message: say`must be wider, or the time shorter: at most ${POINTS_MAX} steps are answered`,
            }),
          )
        }
        if (step < QUARTER_S && Date.parse(from) < kernel.now().getTime() - MINUTES_KEPT_MS) {
          return fail(
            invalid({
              field: 'step',
              message: say`must be at least ${QUARTER_S} for what is older than three days: minutes are not kept for longer`,
            }),
          )
        }
        const allowed = await admitted(kernel, principal, origin, kind, label)
        if (!allowed.ok) return allowed
        const asked: SeriesAsked = {
          ...{ kind, from, to, stepS: step, timeZone: time_zone },
          labels: label === undefined ? null : [label],
        }
        const found = await few.run(principal.id, () => readSeries(kernel.pool, asked))
        if (found === undefined) return fail(tooManyCharts)
        if (found === 'unknown_time_zone') return fail(invalid({ field: 'time_zone', message: zoneUnknown }))
        if (found === 'took_too_long') return fail(tookTooLong)
        return ok({
          body: {
            name: kind.name,
            measure: kind.measure,
            unit: kind.unit,
            step_s: step,
            series: found.filter((one) => mayRead(kernel, principal, kind, one.label)),
          },
        })
      },
    }),
  ]
}

const tooManyCharts: Failure = {
  kind: 'too_many_requests',
  code: 'too_many_charts',
  message: say`Too many charts are being read for one account at once. Those asked for before come first: try again in ${RETRY_AFTER_S} s.`,
  retryAfterS: RETRY_AFTER_S,
}
const tookTooLong: Failure = {
  kind: 'too_large',
  code: 'chart_too_large',
  message: say`Reading it took too long and was given up. Ask for a shorter time or wider steps, or name a label.`,
}

/** A queue's figures are for whoever sees the queue: of another's nobody learns even that it is there. */
async function admitted(
  kernel: Kernel,
  principal: Principal,
  origin: RequestOrigin,
  kind: SeriesKind,
  label: string | undefined,
): Promise<Result<unknown>> {
  if (kind.of !== 'queue') return ok(undefined)
  if (label === undefined) {
    return fail(
      invalid({ field: 'label', message: say`must name the queue, such as ${'transfers.returns'}` }),
    )
  }
  return openQueue(kernel, principal, origin, label)
}

function mayRead(kernel: Kernel, principal: Principal, { of }: SeriesKind, label: string): boolean {
  switch (of) {
    case 'console':
      return mayReadConsole(kernel, principal, label)
    case 'projection':
      return mayReadConsole(kernel, principal, label.slice(0, label.indexOf('.')))
    default:
      return true
  }
}
