import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { codeOf, detailOf, type HttpAnswer, type HttpConnection, requestJson } from './http-json.ts'
import { ImportFailure } from './import-failure.ts'
import type { ImportUpstream } from './import-format.ts'

/** How long an import waits for its request to come to an end, an approval included. */
const OUTCOME_WAIT_MS = 15 * 60_000
const POLL_FIRST_MS = 25
const POLL_LONGEST_MS = 2_000
/** A request that came to nothing is asked for anew, under a key of its own; so often at most. */
const NEW_REQUESTS_MAX = 20

const ACTION_PATH = '/v1/actions/transfers.import_file'

/** Input of the action `transfers.import_file`. */
export type ImportFileInput = { upstream: ImportUpstream }

const requestResource = z.object({
  id: z.string(),
  state: z.string(),
  effect: z.object({ detail: z.unknown() }).nullish(),
})
type RequestResource = z.infer<typeof requestResource>

/** The server's own words for refusals with status 409. */
const IN_FLIGHT = 'request_in_flight'
const ALREADY_IMPORTED = 'already_imported'
const ALREADY_REQUESTED = 'already_requested'

const openRequest = z.object({ open_request: z.object({ id: z.string() }) })

/** States in which a request ends without its effect (C-06). */
const ENDED: Readonly<Record<string, string>> = {
  denied: 'was denied',
  rejected: 'was rejected',
  cancelled: 'was cancelled',
  expired: 'expired before it was approved',
  stale: 'became stale',
  failed: 'failed',
}

export type ImportRequestProgress = (state: string, requestId: string) => void

/**
 * Makes a staged file effective: requests the governed action `transfers.import_file` and waits until it has been executed. The
 * idempotency key is that of the file, so that a second try joins the first one's request.
 *
 * @param tookEffect asks the upstream whether the file has taken effect meanwhile, by somebody else's request
 * @returns `already` where it has
 * @throws ImportFailure when the request is refused, ends otherwise, or is still under way after 15 minutes
 */
export async function requestImport(
  server: HttpConnection,
  sha256: string,
  input: ImportFileInput,
  tookEffect: () => Promise<boolean>,
  onState: ImportRequestProgress,
): Promise<'executed' | 'already'> {
  let key = `import-${sha256}`
  for (let asked = 1; asked <= NEW_REQUESTS_MAX; asked += 1) {
    const posted = await postRequest(server, sha256, input, key)
    if (posted === 'already') return 'already'
    const { request, replayed } = posted
    const ended = await awaitEnd(server, request, onState)
    if (ended.state === 'executed') return 'executed'
    if (await tookEffect()) return 'already'
    if (!replayed) throw endedOtherwise(ended)
    // An earlier try came to nothing. Its key will answer with it for ever; the file deserves another request.
    key = `import-${sha256}-after-${ended.id}`
  }
  throw new ImportFailure(
    `This file was requested ${NEW_REQUESTS_MAX} times in vain; see its requests in the console.`,
  )
}

/**
 * Before anything is staged, and before an upstream says that it has the file already: whoever the console does not let in
 * imports nothing, and hears why.
 *
 * @throws ImportFailure
 */
export async function requireAdmitted(server: HttpConnection): Promise<void> {
  const answer = await requestJson(server, { method: 'GET', path: '/v1/me' })
  if (answer.status === 401) throw refusedToken()
  if (answer.status === 403) {
    throw new ImportFailure(`The console lets this account do nothing${detailOf(answer.body)}.`)
  }
}

async function postRequest(
  server: HttpConnection,
  sha256: string,
  input: ImportFileInput,
  key: string,
): Promise<{ request: RequestResource; replayed: boolean } | 'already'> {
  const deadline = performance.now() + OUTCOME_WAIT_MS
  for (;;) {
    const answer = await requestJson(server, {
      method: 'POST',
      path: ACTION_PATH,
      headers: { 'idempotency-key': key },
      body: { target: { kind: 'file', id: sha256 }, input, reason: { code: 'bank_file' } },
    })
    const code = answer.status === 409 ? codeOf(answer.body) : undefined
    if (code === ALREADY_IMPORTED) return 'already'
    const open = code === ALREADY_REQUESTED ? openRequest.safeParse(answer.body) : undefined
    if (open?.success) {
      // Somebody else's request for the same file: how that ends is how this ends.
      return { request: await readRequest(server, open.data.open_request.id), replayed: true }
    }
    if (code !== IN_FLIGHT || performance.now() > deadline) {
      return { request: resourceOf(server, answer, 'take the request to import'), replayed: answer.replayed }
    }
    // Another process asks for the same file at this moment.
    await pause(POLL_LONGEST_MS)
  }
}

async function awaitEnd(
  server: HttpConnection,
  first: RequestResource,
  onState: ImportRequestProgress,
): Promise<RequestResource> {
  const deadline = performance.now() + OUTCOME_WAIT_MS
  let request = first
  let waitMs = POLL_FIRST_MS
  // The answer to a repeated request is the first one's; only what is read now is how things stand.
  for (;;) {
    request = await readRequest(server, request.id)
    onState(request.state, request.id)
    if (request.state === 'executed' || request.state in ENDED) return request
    if (performance.now() > deadline) {
      throw new ImportFailure(
        `The file is staged, but request ${request.id} is still ${request.state}. Run the import again to see how it ends.`,
      )
    }
    await pause(waitMs)
    waitMs = Math.min(waitMs * 1.5, POLL_LONGEST_MS)
  }
}

async function readRequest(server: HttpConnection, id: string): Promise<RequestResource> {
  const path = `/v1/requests/${encodeURIComponent(id)}`
  return resourceOf(server, await requestJson(server, { method: 'GET', path }), 'show the request')
}

function resourceOf(server: HttpConnection, answer: HttpAnswer, what: string): RequestResource {
  if (answer.status === 401) {
    throw refusedToken()
  }
  if (answer.status !== 200 && answer.status !== 202) {
    throw new ImportFailure(
      `The console refused to ${what}: it answered ${answer.status}${detailOf(answer.body)}.`,
    )
  }
  const resource = requestResource.safeParse(answer.body)
  if (!resource.success) {
    throw new ImportFailure(
      `What answers at ${server.baseUrl} is no Countersign server: its answer is no request resource.`,
    )
  }
  return resource.data
}

function endedOtherwise(request: RequestResource): ImportFailure {
  return new ImportFailure(
    `Request ${request.id} ${ENDED[request.state] ?? request.state}${detailOf(request.effect?.detail)}. Nothing of the file took effect.`,
  )
}

function refusedToken(): ImportFailure {
  return new ImportFailure('The console does not accept the token: set COUNTERSIGN_TOKEN to a valid one.')
}
