import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseCheckpoint } from '@countersign/kernel/audit/signed-note.ts'
import type { AuditDefaults } from './audit-defaults.ts'

const SERVER_URL = 'http://127.0.0.1:8084'
/** Who declares in the embedded default, where nobody set a token. */
const PERSONA = 'transfers/ADMIN'
const TARGET = { kind: 'audit_log', id: 'main' }
const ANSWER_TIMEOUT_MS = 30_000

type DeclareFlags = { server?: string; tokenFile?: string; json?: boolean }
export type RecoverFlags = DeclareFlags & { note: string; lost?: string }
export type RotateFlags = DeclareFlags & { reason: string; note?: string }

type LogRecord = {
  data: {
    key: string | null
    offered_key: string | null
    lost: { size: number; root: string } | null
  }
}
type Preview = {
  preview_digest: string
  summary: string
  changes: { label: string; before?: string; after?: string }[]
}
type Asked = { id: string; state: string; digest: string }

/**
 * `audit recover`: asks, in the name of whose token it is, that what the witness holds be declared lost. What that is
 * comes from the signer, which has seen the witness; with `--lost` it must be the checkpoint in that file.
 */
export async function recoverLog(flags: RecoverFlags, defaults: AuditDefaults): Promise<void> {
  const console = await connect(flags, defaults)
  const { lost } = (await console.get<LogRecord>('/v1/entities/audit_log/main')).data
  if (!lost) throw new Error('Nothing is lost: the log holds everything that the witness has seen.')
  if (flags.lost !== undefined) {
    const note = readFileSync(flags.lost, 'utf8')
    const named = parseCheckpoint(note.slice(0, note.lastIndexOf('\n\n') + 1))
    if (named.size !== lost.size || named.root.toString('base64') !== lost.root) {
      throw new Error(
        `The witness's newest checkpoint is of ${lost.size} entries with the root ${lost.root}, not the one in ${flags.lost}.`,
      )
    }
  }
  await declare(console, 'kernel.recover_audit_log', flags, {
    input: { lost_size: lost.size, lost_root: lost.root },
    reason: { code: 'backup_restored', note: flags.note },
  })
}

/** `audit rotate-key`: asks that the key which the signer holds beside its own take its place. */
export async function rotateKey(flags: RotateFlags, defaults: AuditDefaults): Promise<void> {
  const console = await connect(flags, defaults)
  const { offered_key } = (await console.get<LogRecord>('/v1/entities/audit_log/main')).data
  if (offered_key === null) {
    throw new Error(
      'The signer holds no other key: give it one as AUDIT_NEXT_SIGNING_KEY (or _FILE) and start it anew.',
    )
  }
  await declare(console, 'kernel.rotate_audit_key', flags, {
    input: { new_key: offered_key },
    reason: { code: flags.reason, ...(flags.note === undefined ? {} : { note: flags.note }) },
  })
}

async function declare(
  console: Console,
  type: string,
  { json }: DeclareFlags,
  asked: { input: object; reason: object },
): Promise<void> {
  const { preview_digest, summary, changes } = await console.post<Preview>(`/v1/actions/${type}/preview`, {
    target: TARGET,
    ...asked,
  })
  const request = await console.post<Asked>(`/v1/actions/${type}`, {
    target: TARGET,
    ...asked,
    preview_digest,
  })
  if (json) {
    process.stdout.write(`${JSON.stringify({ request: request.id, state: request.state, ...asked.input })}\n`)
    return
  }
  process.stdout.write(
    `${[
      summary,
      ...changes.map(({ label, before, after }) => `  ${label}: ${before ?? ''} → ${after ?? ''}`),
      `Asked for as ${request.id}. It takes effect once somebody else agrees: ${console.url}/app/requests/${request.id}`,
    ].join('\n')}\n`,
  )
}

type Console = {
  readonly url: string
  get<T>(path: string): Promise<T>
  post<T>(path: string, body: object): Promise<T>
}

async function connect(flags: DeclareFlags, defaults: AuditDefaults): Promise<Console> {
  const token =
    flags.tokenFile === undefined
      ? process.env.COUNTERSIGN_TOKEN || (await defaults.token?.(PERSONA))
      : readFileSync(flags.tokenFile, 'utf8').trim()
  if (!token) {
    throw new Error(
      'No token: set COUNTERSIGN_TOKEN to a bearer token of who declares, or give --token-file.',
    )
  }
  const given = flags.server ?? (process.env.COUNTERSIGN_URL || defaults.server?.()) ?? SERVER_URL
  const url = given.replace(/\/+$/, '')
  const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body ? { 'content-type': 'application/json', 'idempotency-key': randomUUID() } : {}),
      },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    })
    const said = (await answer.json()) as { detail?: string; message?: string }
    if (!answer.ok) throw new Error(said.detail ?? said.message ?? `The console answered ${answer.status}.`)
    return said as T
  }
  return { url, get: (path) => ask('GET', path), post: (path, body) => ask('POST', path, body) }
}
