import { setImmediate as others } from 'node:timers/promises'
import { withClient } from '@countersign/kernel/db/with-client.ts'
import type { Looking } from '@countersign/kernel/events/local-source.ts'
import { canonicalJson } from '@countersign/kernel/personal-data/canonical-json.ts'
import { ownHitId } from '../hit/own-hit.ts'
import { fitsOf } from './compare-identifiers.ts'
import { indexOf, type ListToScreen } from './lists-to-screen.ts'
import { type Finding, type ScreeningList, screenParty } from './screen-party.ts'
import { comparedOf, type PartyToScreen, partiesBehind } from './screened-parties.ts'

/** Kept from here on, so that a lower threshold can be tried on what was screened; no threshold may be lower. */
export const KEPT_FROM = 0.7
/** Parties of one step: what a crash may have to do again. */
const STEP_PARTIES = 200
/** After so many the rest of the process has its turn. */
const TURN_PARTIES = 10
/** Digits of a hit's digest: 128 bits. */
const DIGEST_DIGITS = 32
const SCORE_DIGITS = 4

/**
 * Compares the next parties with one version of a list, and keeps what it finds together with how far it came.
 *
 * @returns false where all have been compared
 */
export async function screenStep({ pool, sealer }: Looking, list: ListToScreen): Promise<boolean> {
  const { rows } = await pool.query<{ position: string }>({
    name: 'screened-up-to',
    text: 'SELECT position FROM transfers.list_screening WHERE version = $1',
    values: [list.version],
  })
  const next = await partiesBehind(pool, sealer, Number(rows[0]?.position ?? 0), STEP_PARTIES)
  if (next === null) {
    await pool.query(
      `INSERT INTO transfers.list_screening AS s (version, reached_at) VALUES ($1, clock_timestamp())
       ON CONFLICT (version) DO UPDATE SET reached_at = excluded.reached_at WHERE s.reached_at IS NULL`,
      [list.version],
    )
    return false
  }
  const index = await indexOf(pool, list)
  if (index === undefined) return false
  const found: { party: PartyToScreen; finding: Finding; hit: string }[] = []
  for (const [at, party] of next.parties.entries()) {
    if (at % TURN_PARTIES === 0) await others()
    for (const finding of findingsOf(party, index)) {
      found.push({ party, finding, hit: hitOf(sealer, party, index, finding.uid) })
    }
  }
  await withClient(pool, async (client) => {
    await client.query('BEGIN')
    await client.query(
      `INSERT INTO transfers.screening_finding AS f (version, party_id, uid, tenant_id, list, score, hit_id, fits)
       SELECT $1, n.party_id, n.uid, n.tenant_id, $2, n.score, n.hit_id, n.fits
         FROM jsonb_to_recordset($3) AS n (party_id text, uid text, tenant_id text, score numeric, hit_id text, fits text[])
       ON CONFLICT (version, party_id, uid) DO UPDATE
          SET score = excluded.score, hit_id = excluded.hit_id, fits = excluded.fits, found_at = clock_timestamp(), raised_at = NULL,
              suppressed_at = NULL
        WHERE (f.hit_id, f.score, f.fits) IS DISTINCT FROM (excluded.hit_id, excluded.score, excluded.fits)`,
      [
        list.version,
        list.list,
        JSON.stringify(
          found.map(({ party, finding, hit }) => ({
            ...{ party_id: party.id, uid: finding.uid, tenant_id: party.tenantId },
            ...{ score: finding.score, hit_id: hit, fits: fitsOf(finding.identifiers) },
          })),
        ),
      ],
    )
    // Whose name has changed may be found no more.
    await client.query(
      `DELETE FROM transfers.screening_finding f
        WHERE f.version = $1 AND f.party_id = ANY ($2) AND f.raised_at IS NULL
          AND NOT EXISTS (SELECT FROM unnest($3::text[]) AS still (hit_id) WHERE still.hit_id = f.hit_id)`,
      [list.version, next.parties.map(({ id }) => id), found.map(({ hit }) => hit)],
    )
    await client.query(
      `INSERT INTO transfers.list_screening AS s (version, position) VALUES ($1, $2)
       ON CONFLICT (version) DO UPDATE SET position = excluded.position`,
      [list.version, next.upTo],
    )
    await client.query('COMMIT')
  })
  return true
}

/** What a party may be on this list, from {@link KEPT_FROM} on. */
export function findingsOf(party: PartyToScreen, list: ScreeningList): Finding[] {
  const { kind, name, born, country } = party
  return screenParty({ kind, name, identifiers: { born, nationality: country } }, [list], KEPT_FROM).map(
    (finding) => ({ ...finding, score: rounded(finding.score), nameScore: rounded(finding.nameScore) }),
  )
}

/** Of the party and the entry as they are compared: when either changes, it is another hit; nobody learns a name by it. */
export function hitOf(
  sealer: Looking['sealer'],
  party: PartyToScreen,
  { list, entries }: ScreeningList,
  uid: string,
): string {
  const entry = entries.get(uid)
  const what = {
    ...{ list, uid, party: party.id, compared: comparedOf(party) },
    entry: entry && {
      ...{ kind: entry.kind, name: entry.name, aliases: entry.aliases, identifiers: entry.identifiers },
    },
  }
  return ownHitId(
    sealer
      .digestForInstallation(canonicalJson(JSON.parse(JSON.stringify(what))))
      .toString('hex')
      .slice(0, DIGEST_DIGITS),
  )
}

const rounded = (score: number) => Number(score.toFixed(SCORE_DIGITS))
