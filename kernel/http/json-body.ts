import type { FastifyInstance, FastifyRequest } from 'fastify'
import { english } from '../languages/make-teller.ts'
import { type Said, say } from '../languages/say.ts'
import { unstorableMember } from '../personal-data/unstorable-member.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The bytes as they came: a webhook's signature is over them. */
    rawBody?: Buffer
  }
  interface FastifyContextConfig {
    unparsed?: boolean
  }
}

/** Takes bodies that are JSON in UTF-8 and nothing else; keeps the bytes of each beside what they say. */
export function takeJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const encoding = encodingProblem(request)
    if (encoding) {
      done(
        Object.assign(new Error(english(encoding.message)), {
          field: encoding.field,
          allowed: encoding.allowed,
          statusCode: 415,
          said: encoding.message,
        }),
      )
      return
    }
    request.rawBody = body as Buffer
    if (request.routeOptions.config.unparsed) {
      done(null)
      return
    }
    const text = body.toString('utf8')
    // Bytes that are no UTF-8 would come back changed.
    if (Buffer.compare(Buffer.from(text, 'utf8'), body as Buffer) !== 0) {
      done(Object.assign(new Error('the body is not valid UTF-8'), { statusCode: 400, code: 'INVALID_UTF8' }))
      return
    }
    app.getDefaultJsonParser('error', 'error')(request, text, (error, value) => {
      const problem = error === null ? unstorableMember(value, '') : undefined
      if (problem)
        done(
          Object.assign(new Error(english(problem.message)), {
            statusCode: 400,
            field: problem.field,
            said: problem.message,
          }),
        )
      else done(error, value)
    })
  })
}

/** JSON is UTF-8 (RFC 8259 §8.1), and nothing is unpacked here. */
function encodingProblem(
  request: FastifyRequest,
): { field: string; message: Said; allowed: string[] } | undefined {
  const { 'content-encoding': coding, 'content-type': type = '' } = request.headers
  if (coding !== undefined && coding.trim().toLowerCase() !== 'identity') {
    return {
      field: 'Content-Encoding',
      message: say`The body must be sent as it is, without a content coding.`,
      allowed: ['identity'],
    }
  }
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(type)?.[1]
  if (charset === undefined || charset.toLowerCase() === 'utf-8') return undefined
  return { field: 'Content-Type', message: say`The body must be JSON in UTF-8.`, allowed: ['charset=utf-8'] }
}
