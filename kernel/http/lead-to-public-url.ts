import type { FastifyReply, FastifyRequest } from 'fastify'
import { sha256 } from '../personal-data/canonical-json.ts'

/** Says from which page a browser was just led away: a proxy that hides the host it was asked for must not lead it in circles. */
const LED_COOKIE = 'countersign_led'
const LED_FOR_S = 3

/**
 * A hook (`onRequest`) that leads a person who opened a page under another host (`localhost` for `127.0.0.1`) to the
 * same page under the public one: cookies belong to a host, so a sign-in begun elsewhere could not be finished. Pages
 * alone; what programs ask for is answered where it is asked.
 *
 * @param publicUrl where browsers reach this server: `http://127.0.0.1:8084`
 */
export function leadToPublicUrl(publicUrl: string) {
  const { host } = new URL(publicUrl)
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    if (request.method !== 'GET' || !wantsPage(request) || request.host === host) return undefined
    const digest = sha256(request.url).toString('base64url')
    if (!request.url.startsWith('/') || request.cookies[LED_COOKIE] === digest) return undefined
    void reply.setCookie(LED_COOKIE, digest, {
      httpOnly: true,
      sameSite: 'lax',
      path: '/',
      maxAge: LED_FOR_S,
    })
    // Joined as text, not resolved: `//elsewhere` stays a path of ours.
    return reply.code(302).header('cache-control', 'no-store').redirect(`${publicUrl}${request.url}`)
  }
}

/** Whether a browser asks for something to show to a person. */
export function wantsPage(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('text/html') === true
}
