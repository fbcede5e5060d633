import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signatureHeader } from '@countersign/kernel/events/webhook-signature.ts'
import { type Client, eventually, type ProductOptions, startProduct } from '@countersign/testkit/product.ts'
import { expect } from 'vitest'
import { importList } from '../import/import-list.ts'

type Told = { id: string; name: string; kind?: 'person' | 'company'; born?: string; country?: string }

/** A row of OFAC's list as it is published. */
export const listed = (uid: number, name: string, remarks = '-0- ', kind = 'individual') =>
  `${uid},"${name}","${kind}","SDGT",${'-0- ,'.repeat(7)}"${remarks}"\r\n`

/** So many rows that a word of the others is rare. */
export const FILLER = Array.from({ length: 50 }, (_, at) => listed(9_000 + at, `QXWORT ${at}, Zzyx`)).join('')

export type Screening = Awaited<ReturnType<typeof startScreening>>

/** A product with parties to be told of and lists to be taken into force. */
export async function startScreening(options: ProductOptions = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-screening-'))
  const product = await startProduct(options)
  const compliance = await product.as('transfers/COMPLIANCE')
  const admin = await product.as('transfers/ADMIN')

  /** As Compliance tells of what has happened. */
  async function ingest(
    events: readonly { type: string; kind: string; version: number; data: { id: string } }[],
  ): Promise<void> {
    const body = Buffer.from(
      JSON.stringify(
        events.map(({ type, kind, version, data }, n) => ({
          ...{ id: `evt_${randomUUID()}`, type, schema_version: 1, sequence: n },
          ...{ occurred_at: '2026-03-02T09:00:00Z', subject: { kind, id: data.id } },
          ...{ subject_version: version, refs: [], data },
        })),
      ),
    )
    const answer = await fetch(`${product.url}/v1/ingest/compliance`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'countersign-signature': signatureHeader(body, product.webhookSecrets.compliance[0], new Date()),
      },
      body,
    })
    expect(await answer.json()).toMatchObject({ accepted: events.length })
  }

  const tell = (parties: readonly Told[], version = 1): Promise<void> =>
    ingest(
      parties.map(({ id, name, kind = 'person', born, country = 'DE' }) => ({
        ...{ type: 'party.updated', kind: 'party', version },
        data: {
          ...{ id, version, kind, name, country, frozen: false },
          ...(born === undefined ? {} : { date_of_birth: born }),
        },
      })),
    )

  /** Brings a list and asks for it. @returns the request and its version */
  async function brought(content: string): Promise<{ request: string; version: string }> {
    const path = join(directory, 'sdn.csv')
    writeFileSync(path, content)
    const report = await importList({ files: [path], today: '2026-11-20' }, async () => ({
      name: 'The console',
      baseUrl: product.url,
      token: compliance.token,
    }))
    expect(report).toMatchObject({ outcome: 'asked' })
    return { request: String(report.request), version: String(report.version) }
  }

  async function agree(request: string): Promise<void> {
    const { body } = await admin.get(`/v1/requests/${request}`)
    const agreed = await admin.post(`/v1/requests/${request}/approve`, { digest: body.digest })
    expect(agreed.status, agreed.text).toBe(200)
  }

  /** Asks for what the preview says. */
  async function ask(action: string, body: object, by: Client = compliance) {
    const path = `/v1/actions/transfers.${action}`
    const { undoes: _, emergency: __, ...shown } = body as { undoes?: string; emergency?: boolean }
    const preview = await by.post(`${path}/preview`, shown, { 'idempotency-key': null })
    const asked = await by.post(path, { ...body, preview_digest: preview.body.preview_digest })
    expect(asked.status, asked.text).toBe(202)
    return asked
  }

  /** Nothing is left to be sequenced, projected, settled, screened or raised. */
  const screened = () =>
    eventually('everybody to be screened', async () => {
      const { rows } = await product.superuser.query<{ done: boolean }>(
        `SELECT NOT EXISTS (SELECT FROM kernel.event_pending)
                AND NOT EXISTS (SELECT FROM kernel.projection WHERE position < (SELECT position FROM kernel.event_head))
                AND (SELECT position FROM transfers.settled_up_to)
                    >= greatest((SELECT max(position) FROM transfers.screening_hit), (SELECT max(position) FROM transfers.freeze_decision), 0)
                AND EXISTS (SELECT FROM transfers.list_screening s
                             WHERE s.position >= (SELECT max(position) FROM transfers.party_to_screen)
                               AND s.version = (SELECT payload ->> 'version' FROM kernel.event
                                                 WHERE type = 'transfers.sanctions_list.taken_into_force'
                                                 ORDER BY seq DESC LIMIT 1))
                AND NOT EXISTS (SELECT FROM transfers.screening_finding f
                                 WHERE f.raised_at IS NULL AND f.suppressed_at IS NULL AND f.score >= 0.8
                                   AND f.version = (SELECT payload ->> 'version' FROM kernel.event
                                                     WHERE type = 'transfers.sanctions_list.taken_into_force'
                                                     ORDER BY seq DESC LIMIT 1)) AS done`,
      )
      return rows[0]?.done
    })

  const hitOf = async (id: string) => (await compliance.get(`/v1/entities/hit/${id}`)).body

  return {
    ...{ product, compliance, admin, ingest, tell, brought, agree, ask, screened, hitOf },
    inForce: async (content: string) => agree((await brought(content)).request),
    /** Asks, and has somebody else agree. */
    async agreedTo(action: string, body: object): Promise<string> {
      const asked = await ask(action, body)
      await agree(asked.body.id)
      return asked.body.id
    },
    /** The open hits of a party that our own screening raised, once everybody has been screened. */
    async openHits(party: string): Promise<string[]> {
      await screened()
      const { rows } = await product.superuser.query<{ item_id: string }>(
        `SELECT item_id FROM transfers.compliance_item WHERE party_id = $1 AND state = 'open' AND item_id LIKE 'scr%'`,
        [party],
      )
      return rows.map(({ item_id }) => item_id)
    },
    /** By as many people as it takes. */
    async clear(id: string, code = 'documents_seen', note: string | null = 'by the papers') {
      const asked = await compliance.post('/v1/actions/transfers.clear_hit', {
        target: { kind: 'hit', id },
        reason: { code, ...(note === null ? {} : { note }) },
      })
      if (asked.body.state !== 'pending') return asked
      await agree(asked.body.id)
      return compliance.get(`/v1/requests/${asked.body.id}`)
    },
    /** A request is carried out. */
    executed: (request: string) =>
      eventually('the request to be carried out', async () => {
        const { body } = await compliance.get(`/v1/requests/${request}`)
        return body.state === 'executed'
      }),
    /** People that Compliance has, who are free. */
    async freePeople(): Promise<{ id: string; name: string }[]> {
      const { parties } = await product.upstream('/compliance/parties?limit=200')
      return parties.filter((one: { kind: string; frozen: boolean }) => one.kind === 'person' && !one.frozen)
    },
    async close() {
      await product.close()
      rmSync(directory, { recursive: true })
    },
  }
}
