import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { fail, ok } from '@countersign/kernel/actions/failure.ts'
import { publicRoute, type Route } from '@countersign/kernel/http/route.ts'
import { z } from 'zod'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webmanifest': 'application/manifest+json',
}

/**
 * The built console under `/app`. It holds no secret: whoever is not signed in sees the sign-in page, and every figure
 * comes from the API. Its files count for no address: a whole office may begin its day behind one.
 */
export function webConsoleRoutes(directory: string | undefined): Route[] {
  const index = async () => {
    if (directory === undefined || !existsSync(join(directory, 'index.html'))) {
      return fail({
        kind: 'not_found',
        code: 'console_not_built',
        message: 'The web console has not been built (npm run build -w apps/web); the API works.',
      })
    }
    return ok({
      text: await readFile(join(directory, 'index.html')),
      type: TYPES['.html'],
      headers: { 'cache-control': 'no-cache' },
    })
  }
  return [
    publicRoute({
      method: 'GET',
      url: '/',
      summary: 'Leads to the console',
      handle: async () => ok({ status: 302, headers: { location: '/app/' } }),
    }),
    publicRoute({
      method: 'GET',
      url: '/app',
      summary: 'The web console',
      metered: 'when-failed',
      query: z.looseObject({}),
      handle: index,
    }),
    publicRoute({
      method: 'GET',
      url: '/app/*',
      summary: 'The web console: its files, and its pages',
      metered: 'when-failed',
      params: z.strictObject({ '*': z.string().max(1_024) }),
      query: z.looseObject({}),
      async handle({ params }) {
        const path = normalize(`/${(params as { '*': string })['*']}`)
        const type = TYPES[extname(path)]
        // Anything that is no file of the build is a page: the router in the browser decides.
        if (directory === undefined || type === undefined) return index()
        const file = join(directory, path)
        if (!file.startsWith(join(directory, '/')) || !existsSync(file)) {
          return fail({ kind: 'not_found', code: 'no_such_file', message: 'There is no such file.' })
        }
        const hashed = path.startsWith('/assets/')
        return ok({
          text: await readFile(file),
          type,
          headers: { 'cache-control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache' },
        })
      },
    }),
  ]
}
