import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { errors } from 'oidc-provider'
import { contentPolicy, errorPage, signInPage } from './pages.ts'
import { personasFor } from './personas.ts'
import { createProvider, type IssuerOptions } from './provider.ts'

/** A persona's name is all that the sign-in form sends. */
const FORM_LIMIT_BYTES = 4096
const STYLE = readFileSync(fileURLToPath(new URL('./sign-in.css', import.meta.url)))

/** The provider and its sign-in page on one HTTP server, not yet listening. */
export function createIssuerServer(options: IssuerOptions): Server {
  const personas = personasFor(options.roles)
  const provider = createProvider(options, personas)
  const protocol = provider.callback()
  const policy = contentPolicy(options.consoleUrl)

  async function showSignIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { uid, params } = await provider.interactionDetails(request, response)
    const hint = typeof params.login_hint === 'string' ? params.login_hint : undefined
    send(
      response,
      200,
      'text/html; charset=utf-8',
      signInPage(uid, hint, options.installedConsoles, personas),
    )
  }

  async function signIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await provider.interactionDetails(request, response)
    const form = await readForm(request)
    const persona = form && personas.named(form.get('persona') ?? '')
    if (!persona) {
      const why = 'There is no such persona. Go back and choose one of the list.'
      send(response, 400, 'text/html; charset=utf-8', errorPage('unknown_persona', why))
      return
    }
    const result = { login: { accountId: persona.sub, remember: true } }
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    // The provider's own pages set their own: one of them submits itself by script.
    if (path.startsWith('/sign-in')) response.setHeader('Content-Security-Policy', policy)
    response.setHeader('X-Content-Type-Options', 'nosniff')
    response.setHeader('Referrer-Policy', 'no-referrer')
    if (path === '/healthz') send(response, 200, 'application/json', '{"status":"ok"}')
    else if (path === '/sign-in.css') send(response, 200, 'text/css; charset=utf-8', STYLE)
    else if (path === '/') redirect(response, `${options.consoleUrl}/`)
    else if (!path.startsWith('/sign-in/')) await protocol(request, response)
    else if (request.method === 'GET') await showSignIn(request, response)
    else if (request.method === 'POST') await signIn(request, response)
    else send(response, 405, 'text/plain', 'GET or POST')
  }

  return createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      // An interaction that has run out, or whose cookie is another browser's, is no fault of ours.
      const expired = error instanceof errors.SessionNotFound
      if (!expired) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
      if (response.headersSent) response.destroy()
      else if (expired) {
        const why = 'This sign-in has expired or was begun in another window.'
        send(response, 400, 'text/html; charset=utf-8', errorPage('session_not_found', why))
      } else send(response, 500, 'text/html; charset=utf-8', errorPage('server_error', undefined))
    })
  })
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes > FORM_LIMIT_BYTES) return undefined
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' })
  response.end(body)
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { Location: location })
  response.end()
}
