import * as oidc from 'openid-client'
import { auditOf } from '../actions/audit-parts.ts'
import type { Kernel } from '../kernel.ts'
import type { SessionPerson } from './make-authenticate.ts'
import type { OidcClient } from './oidc-client.ts'

const ROLES_NOT_READ = 'the identity provider did not say the roles of a session: those read last still count'

/** The provider's tokens of one session, as kept sealed with it. */
export type ProviderTokens = {
  readonly access_token: string
  readonly refresh_token?: string
  readonly id_token?: string
}

/**
 * Asks the provider for the roles of a live session and notes them. A session that the provider no longer vouches for
 * ends; while it is out of reach, the roles read last still count and it is asked again soon.
 */
export async function refreshRoles(
  {
    kernel,
    report,
  }: {
    readonly kernel: Kernel
    readonly report: (what: { level: 'warn'; message: string; error?: unknown }) => void
  },
  client: OidcClient,
  session: SessionPerson,
): Promise<void> {
  const tokens = JSON.parse(kernel.sealer.openForInstallation(session.sealed_tokens ?? '')) as ProviderTokens
  const { rows } = await kernel.pool.query<{ subject: string }>(
    'SELECT subject FROM kernel.person WHERE person_id = $1',
    [session.id],
  )
  const answer = await askProvider(client, tokens, rows[0]?.subject ?? '')
  switch (answer.said) {
    case 'nothing':
      report({ level: 'warn', message: ROLES_NOT_READ, error: answer.why })
      return
    case 'no':
      await kernel.pool.query('SELECT kernel.end_session($1, $2, $3::jsonb)', [
        session.session_id,
        'the identity provider did not confirm it',
        JSON.stringify(
          auditOf(kernel, {
            kind: 'sign_out',
            actor: { id: session.id, roles: session.roles },
            outcome: 'not_confirmed_by_the_provider',
            detail: { session_id: session.session_id },
          }),
        ),
      ])
      return
    case 'yes':
      await kernel.pool.query('SELECT kernel.refresh_session_roles($1, $2, $3)', [
        session.session_id,
        client.claimsOf(answer.info).roles,
        answer.renewed ? kernel.sealer.sealForInstallation(JSON.stringify(answer.renewed)) : null,
      ])
      return
    default:
      answer satisfies never
  }
}

type ProviderAnswer =
  | { readonly said: 'yes'; readonly info: oidc.UserInfoResponse; readonly renewed?: ProviderTokens }
  | { readonly said: 'no' }
  | { readonly said: 'nothing'; readonly why: unknown }

async function askProvider(
  client: OidcClient,
  tokens: ProviderTokens,
  subject: string,
): Promise<ProviderAnswer> {
  try {
    const provider = await client.provider()
    if (!provider.ok) return { said: 'nothing', why: provider.failure.cause }
    return { said: 'yes', ...(await userInfo(provider.value, tokens, subject)) }
  } catch (error) {
    return isRefusal(error) ? { said: 'no' } : { said: 'nothing', why: error }
  }
}

/** Access tokens are short-lived: one that is no longer taken is renewed (RFC 6749 §6) where that is possible. */
async function userInfo(
  configuration: oidc.Configuration,
  tokens: ProviderTokens,
  subject: string,
): Promise<{ info: oidc.UserInfoResponse; renewed?: ProviderTokens }> {
  try {
    return { info: await oidc.fetchUserInfo(configuration, tokens.access_token, subject) }
  } catch (error) {
    if (!isRefusal(error) || tokens.refresh_token === undefined) throw error
    const { access_token, refresh_token } = await oidc.refreshTokenGrant(configuration, tokens.refresh_token)
    const renewed = { ...tokens, access_token, refresh_token: refresh_token ?? tokens.refresh_token }
    return { info: await oidc.fetchUserInfo(configuration, access_token, subject), renewed }
  }
}

/** The provider has answered, and said no; anything else is a fault on the way. */
function isRefusal(error: unknown): boolean {
  return error instanceof oidc.ResponseBodyError || error instanceof oidc.WWWAuthenticateChallengeError
}
