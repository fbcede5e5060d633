import type { FastifyReply, FastifyRequest } from 'fastify'
import { wantsPage } from '../http/lead-to-public-url.ts'
import { PROBLEM_TYPE } from '../http/problem.ts'
import type { Teller } from '../languages/make-teller.ts'
import { type Reader, readerOf } from '../languages/reader.ts'
import { say, type Text } from '../languages/say.ts'

const SIGN_IN_URL = /^\/auth\/(login|callback)(\?|$)/
/** Makes the provider ask again who it is, whomever it still knows in this browser (OpenID Connect Core §3.1.2.1). */
const ASK_AGAIN = '/auth/login?max_age=0'

/**
 * A hook (`onSend`): whoever is stopped on the way in with a browser reads why on a page, with the way to begin again.
 * Programs get the problem document.
 */
export async function signInProblemPage(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  const type = String(reply.getHeader('content-type') ?? '')
  if (!SIGN_IN_URL.test(request.url) || !wantsPage(request) || !type.startsWith(PROBLEM_TYPE)) return payload
  const problem = JSON.parse(String(payload)) as { detail: string; code: string; request_id: string }
  void reply.type('text/html; charset=utf-8').removeHeader('content-length')
  return page(problem, request.server.teller, readerOf(request.headers))
}

function page(
  { detail, code, request_id }: { detail: string; code: string; request_id: string },
  { tell }: Teller,
  reader: Reader,
): string {
  const told = (text: Text) => html(tell(text, reader))
  return `<!doctype html>
<html lang="${reader.language}" dir="${reader.language === 'ar' ? 'rtl' : 'ltr'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${told(say`Sign-in stopped`)} · Countersign</title>
<style>
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5; }
main { max-inline-size: 36rem; margin: 15vh auto 0; padding: 1.5rem; }
h1 { font-size: 1.25rem; }
p { overflow-wrap: anywhere; }
</style>
</head>
<body><main>
<h1>${told(say`You are not signed in`)}</h1>
<p>${html(detail)}</p>
<p><a href="/auth/login">${told(say`Begin again`)}</a> · <a href="${ASK_AGAIN}">${told(say`Sign in as somebody else`)}</a></p>
<p><small>${html(code)} · ${told(say`request`)} ${html(request_id)}</small></p>
</main></body>
</html>
`
}

function html(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
