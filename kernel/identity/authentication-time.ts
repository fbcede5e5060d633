/**
 * @param authTime OIDC `auth_time`, looked at before: seconds since 1970
 * @returns undefined where a token says nothing of when somebody authenticated, as OpenID Connect Core §2 allows: it is
 *   fresh for nothing. `iat` says no such thing, as a refresh (RFC 6749 §6) renews it without anybody there.
 */
export function authenticationTime(authTime: number | undefined): Date | undefined {
  return authTime === undefined ? undefined : new Date(authTime * 1000)
}
