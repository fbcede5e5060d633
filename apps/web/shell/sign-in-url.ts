/** Where the server starts a sign-in that comes back to `returnTo`, a path of this application. */
export function signInUrl(returnTo: string): string {
  const safe = /^\/app(\/|\?|$)/.test(returnTo) ? returnTo : '/app/'
  return `/auth/login?return_to=${encodeURIComponent(safe)}`
}
