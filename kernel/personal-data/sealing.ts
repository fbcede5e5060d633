import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import type pg from 'pg'
import { reportAlert } from '../alerts/report-alert.ts'
import type { EntityRef } from '../entities/entity-ref.ts'
import { refText } from '../entities/entity-ref.ts'
import { UnreadableKey } from './unreadable-key.ts'

/**
 * How a value of personal data stands in anything immutable: the form that may be shown without a reveal, and the
 * value encrypted under a key of its subject.
 */
export type Sealed = { readonly shown: string; readonly sealed: string }

/** What kind of personal data a field holds; decides its redacted form. */
export type PersonalDataClass = 'name' | 'account' | 'email' | 'date' | 'address' | 'free_text'

const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16
/** Unwrapped keys kept in memory; the oldest leaves first. */
const CACHED_KEYS = 20_000

export type Sealer = {
  /**
   * Encrypts values about one subject. Makes the subject's key on first use.
   * @throws UnreadableKey where it has one that cannot be read; somebody is told
   */
  seal(subject: EntityRef, values: readonly { text: string; class: PersonalDataClass }[]): Promise<Sealed[]>
  /**
   * As {@link Sealer.seal}, of what others tell of a subject: once it was erased that is kept under no key, whereas what
   * people here write of it from then on has a new one.
   */
  sealTold(
    subject: EntityRef,
    values: readonly { text: string; class: PersonalDataClass }[],
  ): Promise<Sealed[]>
  /**
   * As {@link Sealer.seal}, of what must not fail for it: where the key cannot be read the values are kept under none, so that nobody
   * reads them here again.
   */
  sealRegardless(
    subject: EntityRef,
    values: readonly { text: string; class: PersonalDataClass }[],
  ): Promise<Sealed[]>
  /** The value, or undefined where the subject's key has been erased or cannot be read. */
  open(subject: EntityRef, value: Sealed): Promise<string | undefined>
  /** As {@link Sealer.seal}, of a whole file: the sealed bytes. */
  sealBytes(subject: EntityRef, bytes: Buffer): Promise<Buffer>
  openBytes(subject: EntityRef, sealed: Buffer): Promise<Buffer | undefined>
  /** As {@link Sealer.open}, of many at a time: the clear text by its sealed text, without what was erased. */
  openAll(
    values: readonly { readonly subject: string; readonly sealed: string }[],
  ): Promise<ReadonlyMap<string, string>>
  /** Sealed under the installation's own key: what belongs to no subject (tokens, dead letters). */
  sealForInstallation(text: string): string
  openForInstallation(sealed: string): string
  /** 32 bytes that tell whether two texts are the same, and to nobody without the installation's key anything else. */
  digestForInstallation(text: string): Buffer
  /** As `digestForInstallation`, for the index of names, in 64 bits as a bigint of PostgreSQL. */
  blind(text: string): string
}

/**
 * @param pool a connection that may execute `kernel.make_subject_key` and `kernel.report_alert`
 * @param installationKey 32 bytes; wraps the subjects' keys
 */
export function makeSealer(pool: pg.Pool, installationKey: Buffer): Sealer {
  if (installationKey.length !== KEY_BYTES) throw new Error('the sealing key must have 32 bytes')
  const keyId = 'k1'
  // One key for one purpose (RFC 5869): the installation's own encrypts.
  const derivedKey = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', installationKey, '', `countersign ${purpose}`, KEY_BYTES))
  const digestKey = derivedKey('digest')
  const searchKey = derivedKey('search')
  /** Of those of whom others tell; a key erased meanwhile opens nothing any more, so what is sealed with it is erased as well. */
  const told = new Map<string, Buffer>()

  /** As it is now: erasure must hold at once in every process. */
  async function keyNow(subject: string): Promise<SubjectKey> {
    const { rows } = await pool.query<{ wrapped_key: Buffer | null; erased: boolean }>({
      name: 'subject-key',
      text: `SELECT (SELECT wrapped_key FROM kernel.subject_key WHERE subject = $1) AS wrapped_key,
                    EXISTS (SELECT FROM kernel.subject_erasure WHERE subject = $1) AS erased`,
      values: [subject],
    })
    const wrapped = rows[0]?.wrapped_key
    return { key: wrapped ? await unwrap(subject, wrapped) : undefined, erased: rows[0]?.erased ?? false }
  }

  async function unwrap(subject: string, wrapped: Buffer): Promise<Buffer | UnreadableKey> {
    try {
      return decrypt(installationKey, wrapped)
    } catch (cause) {
      const [kind = '', ...id] = subject.split('/')
      const facts = { subject_kind: kind, subject_id: id.join('/') }
      // One for all of them: with another installation's key none can be read.
      await reportAlert(pool, { kind: 'kernel.key_unreadable', key: 'subject_key', facts })
      return new UnreadableKey(subject, cause)
    }
  }

  async function newKey(subject: string): Promise<Buffer> {
    const fresh = randomBytes(KEY_BYTES)
    // Two writers may make the first key of a subject together; the routine answers the one that was kept.
    const { rows } = await pool.query<{ wrapped_key: Buffer }>(
      'SELECT kernel.make_subject_key($1, $2, $3) AS wrapped_key',
      [subject, keyId, encrypt(installationKey, fresh)],
    )
    const kept = rows[0]
    if (!kept) throw new Error(`no key could be made for ${subject}`)
    return readable(await unwrap(subject, kept.wrapped_key))
  }

  const keyOf = async (subject: string) => {
    const { key } = await keyNow(subject)
    return key === undefined ? newKey(subject) : readable(key)
  }

  async function keyOrNone(subject: string): Promise<Buffer> {
    try {
      return await keyOf(subject)
    } catch (error) {
      if (!(error instanceof UnreadableKey)) throw error
      return randomBytes(KEY_BYTES)
    }
  }

  async function keyOfTold(subject: string): Promise<Buffer> {
    const known = told.get(subject)
    if (known) return known
    const { key, erased } = await keyNow(subject)
    if (erased) return randomBytes(KEY_BYTES)
    const kept = key === undefined ? await newKey(subject) : readable(key)
    if (told.size >= CACHED_KEYS) {
      const oldest = told.keys().next()
      if (!oldest.done) told.delete(oldest.value)
    }
    told.set(subject, kept)
    return kept
  }

  const sealWith = (key: Buffer, values: readonly { text: string; class: PersonalDataClass }[]) =>
    values.map(({ text, class: kind }) => ({
      shown: redacted(text, kind),
      sealed: `v1.${encrypt(key, Buffer.from(text, 'utf8')).toString('base64url')}`,
    }))

  return {
    seal: async (subject, values) =>
      values.length === 0 ? [] : sealWith(await keyOf(refText(subject)), values),
    sealRegardless: async (subject, values) =>
      values.length === 0 ? [] : sealWith(await keyOrNone(refText(subject)), values),
    sealTold: async (subject, values) =>
      values.length === 0 ? [] : sealWith(await keyOfTold(refText(subject)), values),
    sealBytes: async (subject, bytes) => encrypt(await keyOf(refText(subject)), bytes),
    async openBytes(subject, sealed) {
      return opened(await keyNow(refText(subject)), sealed)
    },
    async open(subject, value) {
      return opened(await keyNow(refText(subject)), boxOf(value.sealed))?.toString('utf8')
    },
    async openAll(values) {
      const { rows } = await pool.query<{ subject: string; wrapped_key: Buffer; erased: boolean }>({
        name: 'subject-keys',
        text: `SELECT k.subject, k.wrapped_key,
                      EXISTS (SELECT FROM kernel.subject_erasure e WHERE e.subject = k.subject) AS erased
                 FROM kernel.subject_key k WHERE k.subject = ANY ($1)`,
        values: [[...new Set(values.map(({ subject }) => subject))]],
      })
      const keys = new Map<string, SubjectKey>()
      for (const { subject, wrapped_key, erased } of rows) {
        keys.set(subject, { key: await unwrap(subject, wrapped_key), erased })
      }
      return new Map(
        values.flatMap(({ subject, sealed }) => {
          const key = keys.get(subject)
          const clear = key && opened(key, boxOf(sealed))
          return clear === undefined ? [] : [[sealed, clear.toString('utf8')]]
        }),
      )
    },
    sealForInstallation: (text) =>
      `${keyId}.${encrypt(installationKey, Buffer.from(text, 'utf8')).toString('base64url')}`,
    blind: (text) =>
      createHmac('sha256', searchKey).update(text, 'utf8').digest().readBigInt64BE().toString(),
    digestForInstallation: (text) => createHmac('sha256', digestKey).update(text, 'utf8').digest(),
    openForInstallation: (sealed) =>
      decrypt(installationKey, Buffer.from(sealed.slice(keyId.length + 1), 'base64url')).toString('utf8'),
  }
}

type SubjectKey = { readonly key: Buffer | UnreadableKey | undefined; readonly erased: boolean }

/** @throws UnreadableKey */
function readable(key: Buffer | UnreadableKey): Buffer {
  if (key instanceof UnreadableKey) throw key
  return key
}

/** What was sealed under a key that has been erased since is opened by no later key of the same subject. */
function opened({ key, erased }: SubjectKey, box: Buffer): Buffer | undefined {
  if (key === undefined || key instanceof UnreadableKey) return undefined
  try {
    return decrypt(key, box)
  } catch (error) {
    if (!erased) throw error
    return undefined
  }
}

/** @param sealed as it stands beside its redacted form */
function boxOf(sealed: string): Buffer {
  return Buffer.from(sealed.slice('v1.'.length), 'base64url')
}

/** What {@link redacted} makes of each, and nothing longer: a name is not kept in clear for the dots that somebody put behind it. */
const REDACTED: Readonly<Record<PersonalDataClass, RegExp>> = {
  name: /^(?:\S\. )*\S?••••$/u,
  account: /^••••[^\s•]{0,4}$/u,
  email: /^[^\s•]?••••(?:@\S*)?$/u,
  date: /^(?:\d{4}-••-••|••••)$/,
  address: /^••••$/,
  free_text: /^••••$/,
}

/** The last four of an account; of a short one two, and of one that is hardly longer than those nothing. */
function endingOf(letters: readonly string[]): readonly string[] {
  if (letters.length > 8) return letters.slice(-4)
  return letters.length > 4 ? letters.slice(-2) : []
}

/** `N. A••••` for a name, `••••4471` for an account: enough to tell records apart, not to know the person. */
export function redacted(text: string, kind: PersonalDataClass): string {
  // What is redacted already stays as it is: what was erased is read so.
  if (REDACTED[kind].test(text)) return text
  const letters = Array.from(text.trim())
  switch (kind) {
    case 'name': {
      const words = text.trim().split(/\s+/).filter(Boolean)
      const last = words.at(-1)
      if (last === undefined) return '••••'
      const initials = words.slice(0, -1).map((word) => `${Array.from(word)[0] ?? ''}.`)
      return [...initials, `${Array.from(last)[0] ?? ''}••••`].join(' ')
    }
    case 'account':
      return `••••${endingOf(letters.filter((letter) => letter.trim() !== '')).join('')}`
    case 'email': {
      const at = text.lastIndexOf('@')
      return at < 1 ? '••••' : `${letters[0] ?? ''}••••${text.slice(at)}`
    }
    case 'date':
      return /^\d{4}/.test(text) ? `${text.slice(0, 4)}-••-••` : '••••'
    case 'address':
    case 'free_text':
      return '••••'
    default:
      return kind satisfies never
  }
}

/** Nonces are drawn many at a time: asking the system for twelve bytes costs more than sealing a name. */
const NONCES_DRAWN = 340
let nonces = Buffer.alloc(0)

/** Never given out twice. */
function nonce(): Buffer {
  if (nonces.length < IV_BYTES) nonces = randomBytes(NONCES_DRAWN * IV_BYTES)
  const next = nonces.subarray(0, IV_BYTES)
  nonces = nonces.subarray(IV_BYTES)
  return next
}

function encrypt(key: Buffer, clear: Buffer): Buffer {
  const iv = nonce()
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  return Buffer.concat([iv, cipher.update(clear), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Buffer, box: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, IV_BYTES))
  decipher.setAuthTag(box.subarray(-TAG_BYTES))
  return Buffer.concat([decipher.update(box.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()])
}
