import { createPrivateKey, createPublicKey } from 'node:crypto'
import { isIP } from 'node:net'
import { parseCosignerKey } from '@countersign/kernel/audit/cosignature.ts'
import { NoteError } from '@countersign/kernel/audit/signed-note.ts'
import { parsePersonClaims } from '@countersign/kernel/identity/subject-kind.ts'
import { z } from 'zod'

const SEALING_KEY_BYTES = 32
export const SHORTEST_SECRET_CHARACTERS = 16

/** Kinds of values that configuration variables hold. Every message completes "NAME …" and is shown as it is. */
/** `smtp:` or `smtps:`, with the account in it where the server asks for one. */
export const smtpUrl = z
  .string()
  .refine((text) => /^smtps?:$/.test(URL.canParse(text) ? new URL(text).protocol : ''), {
    error: 'must be a URL like smtp://user:password@host:587',
  })

export const mailAddress = z.email({ error: 'must be an e-mail address' })

export const webUrl = z
  .string()
  .refine(isWebUrl, { error: 'must be an http or https URL' })
  .transform((url) => url.replace(/\/+$/, ''))

export const postgresUrl = z
  .string()
  .refine(isPostgresUrl, { error: 'must be a URL like postgres://user:password@host:5432/database' })

export const secret = z.string().min(SHORTEST_SECRET_CHARACTERS, {
  error: `must have at least ${SHORTEST_SECRET_CHARACTERS} characters`,
})

export const sealingKey = z
  .string()
  .transform((text) => Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64'))
  .refine((key) => key.length === SEALING_KEY_BYTES, {
    error: `must be ${SEALING_KEY_BYTES} bytes, in base64 or hex`,
  })

/** C2SP signed note: a key's name is not empty and holds neither spaces nor a plus sign. */
export const logOrigin = z.string().regex(/^[^\s+]+$/u, { error: 'must hold neither spaces nor "+"' })

/** C2SP signed note, signature type 0x04: the key with which a witness cosigns. */
export const witnessKey = z
  .string()
  .refine(isCosignerKey, { error: "must be a witness's key: name+hash+base64, of type 0x04" })
  .transform(parseCosignerKey)

export const networks = z
  .string()
  .transform((text) => (text === 'none' ? [] : text.split(',').map((part) => part.trim())))
  .refine((proxies) => proxies.every(isAddressOrRange), {
    error: 'must be "none", or addresses and CIDR ranges separated by commas',
  })

export const personClaims = z.string().transform((text, context) => {
  const claims = parsePersonClaims(text)
  if (claims !== undefined) return claims
  context.issues.push({
    code: 'custom',
    input: text,
    message: 'must be names of claims separated by commas, each alone or as "claim=value"',
  })
  return z.NEVER
})

export const publicKey = pem('must be a public key in PEM', (text) => createPublicKey(text).type === 'public')

export const ed25519PrivateKey = pem(
  'must be an Ed25519 private key in PEM (PKCS #8)',
  (text) => createPrivateKey(text).asymmetricKeyType === 'ed25519',
)

export function wholeNumber(from: number, to: number) {
  return z
    .string()
    .refine((text) => /^\d+$/.test(text) && Number(text) >= from && Number(text) <= to, {
      error: `must be a whole number from ${from} to ${to}`,
    })
    .transform(Number)
}

export function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, { error: `must be one of ${values.join(', ')}` })
}

export function isWebUrl(text: string): boolean {
  const protocol = URL.canParse(text) ? new URL(text).protocol : ''
  return protocol === 'http:' || protocol === 'https:'
}

export function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text) && URL.canParse(text) && new URL(text).pathname.length > 1
}

/** Newlines may be written as `\n`, as some secret stores demand. */
export function pem(error: string, isRight: (text: string) => boolean) {
  return z
    .string()
    .transform((text) => text.replaceAll('\\n', '\n'))
    .refine((text) => parses(() => isRight(text)), { error })
}

function parses(check: () => boolean): boolean {
  try {
    return check()
  } catch {
    return false
  }
}

function isAddressOrRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

function isCosignerKey(text: string): boolean {
  try {
    parseCosignerKey(text)
    return true
  } catch (error) {
    if (error instanceof NoteError) return false
    throw error
  }
}
