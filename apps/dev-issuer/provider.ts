import Provider, { type Configuration, type JWK, type KoaContextWithOIDC } from 'oidc-provider'
import { contentPolicy, errorPage, signedOutPage, signOutPage } from './pages.ts'
import { claimsOf, type Personas } from './personas.ts'

const ACCESS_TOKEN_TTL_S = 3600
const ID_TOKEN_TTL_S = 3600
const REFRESH_TOKEN_TTL_S = 14 * 86_400
const SESSION_TTL_S = 14 * 86_400
const INTERACTION_TTL_S = 3600

/** RFC 8707 wants a resource to be an absolute URI; the tokens for it carry the audience by its plain name. */
export const API_RESOURCE = 'urn:countersign:api'

export type IssuerOptions = {
  /** `http://127.0.0.1:8085`, without a trailing slash. */
  readonly issuer: string
  /** Private keys (JWK), kept across restarts so that tokens stay valid: one for RS256, one for ES256. */
  readonly keys: readonly JWK[]
  readonly cookieKey: string
  readonly clientId: string
  readonly clientSecret: string
  /** Where the console is reached; redirect and logout addresses follow from it. No trailing slash. */
  readonly consoleUrl: string
  /** Of access tokens for the console's API. */
  readonly audience: string
  /** Consoles that have pages in this installation: `transfers`. Their people are offered first. */
  readonly installedConsoles: readonly string[]
  /** Every role there is here, `console/ROLE`: each has two people. */
  readonly roles: readonly string[]
}

/** The certified provider, configured for one client (the console) and the personas. State is kept in memory. */
export function createProvider(options: IssuerOptions, personas: Personas): Provider {
  const { clientId, clientSecret, consoleUrl, audience } = options
  const configuration: Configuration = {
    jwks: { keys: [...options.keys] },
    cookies: {
      keys: [options.cookieKey],
      // Cookies do not tell ports apart: the console on this host must never meet ours.
      names: {
        session: 'dev_issuer_session',
        interaction: 'dev_issuer_interaction',
        resume: 'dev_issuer_resume',
      },
      long: { signed: true, httpOnly: true, sameSite: 'lax' },
      short: { signed: true, httpOnly: true, sameSite: 'lax' },
    },
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        client_name: 'Countersign console',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: [`${consoleUrl}/auth/callback`],
        post_logout_redirect_uris: [`${consoleUrl}/`, `${consoleUrl}/app/sign-in`],
        backchannel_logout_uri: `${consoleUrl}/auth/backchannel-logout`,
        backchannel_logout_session_required: true,
        token_endpoint_auth_method: 'client_secret_basic',
        id_token_signed_response_alg: 'RS256',
        require_auth_time: true,
      },
    ],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    responseTypes: ['code'],
    pkce: { required: () => true },
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    claims: { openid: ['sub', 'roles', 'lang'], profile: ['name'], email: ['email'], auth_time: null },
    // The console reads who signed in, and as what, from the ID token.
    conformIdTokenClaims: false,
    findAccount: (_ctx, sub) => {
      const persona = personas.of(sub)
      return persona && { accountId: sub, claims: () => ({ sub, ...claimsOf(persona) }) }
    },
    extraTokenClaims: (ctx, token) => {
      const persona = 'accountId' in token ? personas.of(token.accountId) : undefined
      return persona && { ...claimsOf(persona), auth_time: authTime(ctx) }
    },
    interactions: { url: (_ctx, interaction) => `/sign-in/${interaction.uid}` },
    loadExistingGrant: (ctx) => grantEverything(ctx),
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          render(ctx, signOutPage(form, askedByThemselves(ctx)), consoleUrl)
        },
        postLogoutSuccessSource: (ctx) => {
          render(ctx, signedOutPage(consoleUrl), consoleUrl)
        },
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => API_RESOURCE,
        getResourceServerInfo: () => ({
          scope: 'openid',
          audience,
          accessTokenTTL: ACCESS_TOKEN_TTL_S,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    // The provider's own fetch refuses loopback addresses, and the console that it tells of a logout lives on one.
    fetch: (url, { method, headers, body, redirect, signal } = {}) =>
      globalThis.fetch(url, { method, headers, body, redirect, signal }),
    renderError: (ctx, out) => {
      render(ctx, errorPage(out.error, out.error_description), consoleUrl)
    },
    ttl: {
      AccessToken: ACCESS_TOKEN_TTL_S,
      IdToken: ID_TOKEN_TTL_S,
      RefreshToken: REFRESH_TOKEN_TTL_S,
      Session: SESSION_TTL_S,
      Grant: SESSION_TTL_S,
      Interaction: INTERACTION_TTL_S,
    },
  }
  const provider = new Provider(options.issuer, configuration)
  provider.on('backchannel.error', (_ctx, error, { clientId }) => {
    process.stderr.write(`back-channel logout of ${clientId} failed: ${error.message}\n`)
  })
  return provider
}

/** The hint is an ID token of the very person who is signed in here: only their console holds one. */
function askedByThemselves(ctx: KoaContextWithOIDC): boolean {
  const hint = ctx.oidc.entities.IdTokenHint
  return hint !== undefined && hint.payload.sub === ctx.oidc.session?.accountId
}

function render(ctx: KoaContextWithOIDC, body: string, consoleUrl: string): void {
  ctx.type = 'html'
  ctx.set('Content-Security-Policy', contentPolicy(consoleUrl))
  ctx.body = body
}

/** There is no consent screen: the one client is ours. */
async function grantEverything(ctx: KoaContextWithOIDC) {
  const { client, session, provider } = ctx.oidc
  if (!client || !session?.accountId) return undefined
  const known = ctx.oidc.result?.consent?.grantId ?? session.grantIdFor(client.clientId)
  const existing = known === undefined ? undefined : await provider.Grant.find(known)
  if (existing) return existing
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
  grant.addOIDCScope('openid profile email offline_access')
  grant.addResourceScope(API_RESOURCE, 'openid')
  await grant.save()
  return grant
}

/** When the person signed in, in seconds since 1970: kept in the code, and in the refresh token after it. */
function authTime(ctx: KoaContextWithOIDC): number | undefined {
  const { AuthorizationCode: code, RefreshToken: refresh } = ctx.oidc.entities
  return code?.authTime ?? refresh?.authTime
}
