import * as oidc from 'openid-client'
import type { RoleDeclaration } from '../access/access.ts'
import { fail, ok, type Result } from '../actions/failure.ts'
import { issuerUnreachable } from './issuer-unreachable.ts'
import { addressClaim, type Claims, rolesFromClaim, textClaim } from './recognise.ts'

const PROVIDER_TIMEOUT_S = 5

export type OidcClientOptions = {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly rolesClaim: string
  readonly roles: readonly RoleDeclaration[]
  readonly now: () => Date
}

export type OidcClient = {
  /** The provider's metadata, discovered on first use; `issuer_unreachable` while it cannot be. */
  readonly provider: () => Promise<Result<oidc.Configuration>>
  /**
   * Where a browser goes to end the provider's own session, and comes back to `returnTo` (OpenID Connect RP-Initiated
   * Logout 1.0 §2). Undefined where the provider has no such address; `issuer_unreachable` while that cannot be known.
   */
  readonly signOutUrl: (idToken: string | undefined, returnTo: string) => Promise<Result<string | undefined>>
  /** What the provider says of a person, in the words of this installation. */
  readonly claimsOf: (claims: Record<string, unknown> & { sub: string }) => Claims
}

/** This installation as a client of its identity provider (OpenID Connect Discovery 1.0). */
export function makeOidcClient(options: OidcClientOptions): OidcClient {
  const { issuer, clientId, clientSecret, rolesClaim, roles } = options
  let discovered: Promise<Result<oidc.Configuration>> | undefined
  const provider = async () => {
    discovered ??= oidc
      .discovery(new URL(issuer), clientId, clientSecret, undefined, {
        // Plain HTTP only for an issuer on this machine: the development one.
        execute: isLoopback(issuer) ? [oidc.allowInsecureRequests] : [],
        timeout: PROVIDER_TIMEOUT_S,
      })
      .then(
        (configuration) => ok(configuration),
        (error: unknown) => {
          discovered = undefined
          return fail(issuerUnreachable(error))
        },
      )
    return discovered
  }
  return {
    provider,
    async signOutUrl(idToken, returnTo) {
      const found = await provider()
      if (!found.ok) return found
      if (found.value.serverMetadata().end_session_endpoint === undefined) return ok(undefined)
      // Names the client beside the hint, for providers that ask for it.
      const { href } = oidc.buildEndSessionUrl(found.value, {
        post_logout_redirect_uri: returnTo,
        ...(idToken === undefined ? {} : { id_token_hint: idToken }),
      })
      return ok(href)
    },
    claimsOf: (claims) => ({
      issuer,
      subject: claims.sub,
      // A browser, a nonce and PKCE: somebody has signed in.
      kind: 'person',
      inPerson: true,
      assertedAt: options.now(),
      name: textClaim(claims.name),
      email: addressClaim(claims),
      language: textClaim(claims.lang) ?? textClaim(claims.locale),
      roles: rolesFromClaim(claims[rolesClaim], roles),
    }),
  }
}

function isLoopback(url: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname)
}
