/**
 * Stands where a token says nothing of when somebody authenticated, as OpenID Connect Core §2 allows: so long ago that
 * it is fresh for nothing. `iat` says no such thing, as a refresh (RFC 6749 §6) renews it without anybody there.
 */
export const UNKNOWN_AUTHENTICATION = new Date(0)

/** @param authTime OIDC `auth_time`, looked at before: seconds since 1970 */
export function authenticationTime(authTime: number | undefined): Date {
  return authTime === undefined ? UNKNOWN_AUTHENTICATION : new Date(authTime * 1000)
}
