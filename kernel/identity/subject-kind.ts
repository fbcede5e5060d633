/**
 * Whose token it is. `unclear`: nothing shows that a person is behind it. Machines request and never decide, so what is
 * unclear is treated as a machine's.
 */
export type SubjectKind = 'person' | 'machine' | 'unclear'

/** A claim that a person's token carries, whatever its value or (with `value`) with that one alone. */
export type PersonClaim = { readonly name: string; readonly value?: string }

/** OpenID Connect Core §2 and §5.1, RFC 8176: what a provider says after somebody has signed in. */
export const PERSON_CLAIMS_DEFAULT = 'auth_time,amr,sid,name,email'
const PERSON_CLAIMS_MAX = 16

type Payload = Readonly<Record<string, unknown>>

/**
 * Reads `auth_time,idtyp=user`: claims separated by commas, each alone or with the value it must have.
 * @returns undefined where the text is no such list
 */
export function parsePersonClaims(text: string): readonly PersonClaim[] | undefined {
  const claims = text.split(',').map((part): PersonClaim => {
    const [name = '', ...value] = part.trim().split('=')
    return value.length === 0 ? { name: name.trim() } : { name: name.trim(), value: value.join('=').trim() }
  })
  const sound = claims.every(({ name, value }) => name !== '' && value !== '')
  return sound && claims.length <= PERSON_CLAIMS_MAX ? claims : undefined
}

/**
 * What a verified token says of its subject. A mark of the client credentials grant (RFC 6749 §4.4) outweighs every
 * claim of a person: providers let a service account have a name and an address.
 */
export function subjectKind(payload: Payload, personClaims: readonly PersonClaim[]): SubjectKind {
  if (isMarkedAsMachine(payload)) return 'machine'
  return personClaims.some((claim) => carries(payload, claim)) ? 'person' : 'unclear'
}

/** How the providers in use mark a token that a client got for itself; each line names whose mark it is. */
function isMarkedAsMachine(payload: Payload): boolean {
  const { sub } = payload
  // RFC 9068 §2.2: without a person the subject is the client. Okta calls it `cid`, Keycloak `clientId` as well.
  const clients = [payload.azp, payload.client_id, payload.cid, payload.clientId, payload.appid]
  if (clients.some((client) => client === sub)) return true
  // Auth0
  if (textsOf(payload.gty).some((grant) => grant.replaceAll('_', '-') === 'client-credentials')) return true
  if (typeof sub === 'string' && sub.endsWith('@clients')) return true
  // Keycloak
  const { preferred_username: username } = payload
  if (typeof username === 'string' && username.startsWith('service-account-')) return true
  // Microsoft Entra
  return payload.idtyp === 'app'
}

function carries(payload: Payload, { name, value }: PersonClaim): boolean {
  if (!Object.hasOwn(payload, name)) return false
  const given = payload[name]
  if (value !== undefined) return given === value || textsOf(given).includes(value)
  return typeof given === 'number' || textsOf(given).some((text) => text.trim() !== '')
}

/** A claim may be one text, several of them in one, or a list. */
function textsOf(claim: unknown): string[] {
  if (Array.isArray(claim)) return claim.filter((item): item is string => typeof item === 'string')
  return typeof claim === 'string' ? claim.split(' ') : []
}
