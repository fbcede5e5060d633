import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
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

const TEXTS: ReadonlySet<string> = new Set(['.html', '.js', '.css', '.svg', '.json', '.webmanifest'])
/** Made once for each file, so it may take a while. */
const BROTLI_QUALITY = 9
const GZIP_LEVEL = 9

type Encoding = 'br' | 'gzip'

const compress: Readonly<Record<Encoding, (bytes: Buffer) => Promise<Buffer>>> = {
  br: (bytes) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
  gzip: (bytes) => promisify(gzip)(bytes, { level: GZIP_LEVEL }),
}

/** RFC 9110, 12.5.3: the shortest of those that are taken; undefined for the bytes as they are. */
function encodingOf(accepted: string | string[] | undefined): Encoding | undefined {
  const taken = new Set(
    String(accepted ?? '')
      .toLowerCase()
      .split(',')
      .map((one) => one.split(';').map((part) => part.trim()))
      .filter(([, ...parameters]) => !parameters.some((one) => /^q=0(\.0*)?$/.test(one)))
      .map(([name]) => name),
  )
  if (taken.has('br')) return 'br'
  return taken.has('gzip') ? 'gzip' : undefined
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
  // Their names change with what they hold: what was compressed once holds for good.
  const compressed = new Map<string, Promise<Buffer>>()
  const hashedFile = (file: string, encoding: Encoding | undefined): Promise<Buffer> => {
    if (encoding === undefined) return readFile(file)
    const name = `${encoding} ${file}`
    const known = compressed.get(name)
    if (known !== undefined) return known
    const bytes = readFile(file).then(compress[encoding])
    compressed.set(name, bytes)
    bytes.catch(() => compressed.delete(name))
    return bytes
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
      async handle({ params, request }) {
        const path = normalize(`/${(params as { '*': string })['*']}`)
        const type = TYPES[extname(path)]
        // Anything that is no file of the build is a page: the router in the browser decides.
        if (directory === undefined || type === undefined) return index()
        const file = join(directory, path)
        if (!file.startsWith(join(directory, '/')) || !existsSync(file)) {
          return fail({ kind: 'not_found', code: 'no_such_file', message: 'There is no such file.' })
        }
        if (!path.startsWith('/assets/')) {
          return ok({ text: await readFile(file), type, headers: { 'cache-control': 'no-cache' } })
        }
        const text = TEXTS.has(extname(path))
        const encoding = text ? encodingOf(request.headers['accept-encoding']) : undefined
        return ok({
          text: await hashedFile(file, encoding),
          type,
          headers: {
            'cache-control': 'public, max-age=31536000, immutable',
            ...(text ? { vary: 'Accept-Encoding' } : {}),
            ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
          },
        })
      },
    }),
  ]
}
