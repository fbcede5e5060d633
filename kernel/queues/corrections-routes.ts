import { Readable } from 'node:stream'
import { z } from 'zod'
import { type Failure, fail, invalid, ok } from '../actions/failure.ts'
import { fieldErrors } from '../http/field-errors.ts'
import { type Route, route } from '../http/route.ts'
import type { Kernel } from '../kernel.ts'
import { say, written } from '../languages/say.ts'
import { checkCorrections } from './check-corrections.ts'
import { correctionsFile } from './corrections-file.ts'
import { wholeListParameters } from './list-parameters.ts'
import { ofQueue, openQueue, queueName } from './queue-routes.ts'

const FILE_MAX_BYTES = 8 * 1024 * 1024
/** Reading a long one takes seconds of the processor, though others have their turn in between. */
const CHECKS_MAX = 2
const filled = z.strictObject({ file: z.string().min(1, written(say`is the CSV that was filled in`)) })

/** K-26: a list is downloaded, filled in and checked row by row; what is confirmed goes the way of every bulk request. */
export function correctionsRoutes(kernel: Kernel): Route[] {
  const download = route({
    method: 'GET',
    url: '/v1/queues/:name/file',
    summary: 'A list of a queue as CSV, with columns to be filled in',
    access: ofQueue(kernel),
    params: queueName,
    // Filters are the queue's own columns, so they are checked against it below.
    query: z.looseObject({}),
    answerType: 'text/csv',
    async handle({ params, query, principal, origin, reply }) {
      const found = await openQueue(kernel, principal, origin, params.name)
      if (!found.ok) return found
      const asked = wholeListParameters(found.value, query, principal, 'a file')
      if ('problem' in asked) return fail(invalid(asked.problem))
      await reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${found.value.name}.csv"`)
        .header('cache-control', 'no-store')
        .send(
          Readable.from(correctionsFile(kernel, found.value, asked.filters, asked.sort), {
            objectMode: false,
          }),
        )
      return 'hijacked'
    },
  })

  let underWay = 0
  const check = route({
    method: 'POST',
    url: '/v1/queues/:name/file/check',
    summary: 'What a filled-in list would do, row by row; nothing is done by it',
    access: ofQueue(kernel),
    params: queueName,
    body: filled,
    bodyLimitBytes: FILE_MAX_BYTES,
    async handle({ params, principal, origin, body }) {
      const found = await openQueue(kernel, principal, origin, params.name)
      if (!found.ok) return found
      const parsed = filled.safeParse(body)
      if (!parsed.success) return fail(invalid(...fieldErrors(parsed.error.issues)))
      if (underWay >= CHECKS_MAX) return fail(busy)
      underWay += 1
      try {
        const checked = await checkCorrections(kernel, { principal, origin }, found.value, parsed.data.file)
        return checked.ok ? ok({ body: checked.value }) : checked
      } finally {
        underWay -= 1
      }
    },
  })

  return [download, check]
}

const busy: Failure = {
  kind: 'too_many_requests',
  code: 'files_under_way',
  message: say`${CHECKS_MAX} files are being read, and no more can be at a time. Try again in a moment.`,
  retryAfterS: 5,
}
