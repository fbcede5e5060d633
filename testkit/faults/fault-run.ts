import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { changePolicy } from '../approval-policy.ts'
import { runCountersignWith } from '../countersign-command.ts'
import { brokenInvariants } from '../invariants.ts'
import { makeClient } from '../product.ts'
import type { Acknowledged, LoadReport } from './fault-client.ts'
import { AT_STAKE, RELEASE, runLoad, TRESPASSER } from './fault-load.ts'
import { type FaultWorld, startFaultWorld, until } from './fault-world.ts'
import type { Victim } from './victim.ts'

/** Between two kills. */
const CALM_MS = { least: 800, most: 3_500 } as const
/** For how long what was killed stays away. */
const AWAY_MS = { least: 50, most: 1_500 } as const
/** A machine on which starting takes long goes on until there were so many, and of each kind at least one. */
const KILLS_LEAST = 10
const OVERTIME_MS = 240_000
/** Once enough were killed, and only something is missing that people do, they are left to do it. */
const CALM_IN_OVERTIME_MS = { least: 8_000, most: 15_000 } as const
/** Killed and not back yet. */
const DOWN_AT_ONCE_MAX = 3
/** Between two changes of the sandbox's manners. */
const MANNERS_MS = 2_500
/** How long, at the end, what was begun may take to come to an end by itself. */
const SETTLE_MS = 240_000
const LOOK_EVERY_MS = 200
const UPSTREAMS = ['cts', 'ledger', 'recon', 'compliance'] as const
const MODES = [
  'latency',
  'error_5xx',
  'lost_response',
  'drop_webhook',
  'duplicate_webhook',
  'reorder_webhook',
  'refuse',
] as const

export type FaultReport = {
  readonly seconds: number
  readonly kills: Readonly<Record<string, number>>
  readonly load: Omit<LoadReport, 'acknowledged'> & { readonly acknowledged: number }
  readonly requests: Readonly<Record<string, number>>
  readonly effects: number
  readonly emergencies: Readonly<Record<string, number>>
  /** Of what has to be at stake, what the run did not come to. */
  readonly missing: readonly string[]
  /** From authorisation to its end, of what ended, in ms. */
  readonly deliveryMs: { readonly p50: number; readonly p99: number; readonly most: number }
  /** One sentence for each thing that is broken; none is what it is all about. */
  readonly broken: readonly string[]
}

/**
 * Kills server, worker, database and sandbox at random under load, with the sandbox misbehaving; lets what was begun
 * come to its end, and looks at every invariant, beside the sandbox's own count of effects.
 *
 * @param seed of every choice that is made here; the machine's own timing it cannot repeat
 */
export async function runFaults(options: {
  readonly seconds: number
  readonly seed: number
  readonly say: (line: string) => void
}): Promise<FaultReport> {
  const random = generator(options.seed)
  const world = await startFaultWorld()
  try {
    await demandEvidence(world)
    const stop = new AbortController()
    options.say(`seed ${options.seed}: ${world.victims.map(({ name }) => name).join(', ')}`)
    const missing = new Set(AT_STAKE)
    const load = runLoad(world, random, stop.signal, missing)
    const kills = await makeTrouble(world, random, { ...options, mayEnd: () => missing.size === 0 })
    stop.abort()
    const { acknowledged, ...rest } = await load
    options.say('All are up again; what was begun comes to its end.')
    await misbehave(world, UPSTREAMS, 'off')
    await atRest(world)
    const broken = [
      ...rest.complaints,
      ...world.victims.flatMap((victim) => victim.crashes()),
      ...(await lost(world, acknowledged)),
      ...(await brokenInvariants(world)),
      ...(await brokenEmergencies(world)),
      ...(await unlikeUpstream(world)),
      ...(await brokenAuthority(world)),
      ...(await leakedNames(world)),
      ...(await brokenAuditLog(world)),
    ]
    return {
      seconds: options.seconds,
      kills,
      missing: [...missing],
      load: { ...rest, acknowledged: acknowledged.requests.size + acknowledged.decisions.size },
      ...(await figures(world)),
      broken,
    }
  } finally {
    await world.close()
  }
}

/** I8: a release from a freeze waits until the witness has its authorisation; the freeze itself, which stops harm, does not. */
async function demandEvidence({ servers: [server], token }: FaultWorld): Promise<void> {
  const as = async (role: string, { sub }: { readonly sub: string }) =>
    makeClient(String(server), sub, await token(sub, role))
  const rule = {
    required: 1,
    eligible_roles: ['transfers/COMPLIANCE', 'transfers/ADMIN'],
    expires_in_s: 86_400,
  }
  await changePolicy({ as }, [{ action: RELEASE, ...rule, evidence_first: true }])
}

async function makeTrouble(
  world: FaultWorld,
  random: () => number,
  {
    seconds,
    say,
    mayEnd,
  }: {
    readonly seconds: number
    readonly say: (line: string) => void
    readonly mayEnd: () => boolean
  },
): Promise<Record<string, number>> {
  const between = ({ least, most }: { least: number; most: number }) => least + random() * (most - least)
  const kills: Record<string, number> = {}
  const ends = Date.now() + seconds * 1000
  const returning = new Map<Victim, Promise<void>>()
  let mannersAt = 0
  const killed = () => Object.values(kills).reduce((sum, n) => sum + n, 0)
  const spared = () => world.victims.filter(({ kind }) => kills[kind] === undefined)
  const goesOn = () =>
    Date.now() < ends ||
    // Far beyond its time it ends all the same, and whoever asked for the run is told what is missing.
    (Date.now() < ends + OVERTIME_MS && (killed() < KILLS_LEAST || spared().length > 0 || !mayEnd()))
  while (goesOn()) {
    if (Date.now() - mannersAt > MANNERS_MS) {
      mannersAt = Date.now()
      await misbehaveIfThere(world, UPSTREAMS, 'off')
      const upstream = UPSTREAMS[Math.floor(random() * UPSTREAMS.length)] ?? 'cts'
      const mode = MODES[Math.floor(random() * MODES.length)] ?? 'latency'
      await misbehaveIfThere(world, [upstream], mode)
    }
    const enough = Date.now() >= ends && killed() >= KILLS_LEAST && spared().length === 0
    await sleep(between(enough ? CALM_IN_OVERTIME_MS : CALM_MS))
    if (enough && mayEnd()) break
    // Toward the end whoever was spared so far is next.
    const among = killed() >= KILLS_LEAST && spared().length > 0 ? spared() : world.victims
    const up = among.filter((victim) => !returning.has(victim))
    const victim = up[Math.floor(random() * up.length)]
    // So that there is something to kill, and somebody to do the work.
    if (!victim || returning.size >= (enough ? 1 : DOWN_AT_ONCE_MAX)) continue
    await victim.kill()
    kills[victim.kind] = (kills[victim.kind] ?? 0) + 1
    const back = sleep(between(AWAY_MS)).then(() => victim.start())
    returning.set(victim, back)
    void back.finally(() => returning.delete(victim))
  }
  await Promise.all(returning.values())
  say(`${killed()} kills: ${JSON.stringify(kills)}`)
  return kills
}

/** Tells upstreams how to behave; one that is not there just now keeps its manners. */
async function misbehave(world: FaultWorld, upstreams: readonly string[], mode: string): Promise<void> {
  for (const upstream of upstreams) {
    const instruction = { upstream, mode, ...(mode === 'off' ? {} : { rate: 0.3, latency_ms: 400 }) }
    const answer = await fetch(`${world.sandboxUrl}/_sandbox/misbehave`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(instruction),
    })
    if (!answer.ok) throw new Error(`the sandbox answered ${answer.status}: ${await answer.text()}`)
  }
}

/** The same while it may be the sandbox that was killed: then nothing is to be told. */
async function misbehaveIfThere(...told: Parameters<typeof misbehave>): Promise<void> {
  try {
    await misbehave(...told)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
}

/**
 * I14: with fair upstreams everything that was authorised ends, or waits for people as what nobody knows. Looked at in one
 * moment: the last record of a request over many is asked for after all else has ended.
 */
async function atRest(world: FaultWorld): Promise<void> {
  let left: string[] = []
  const atRestNow = async () => {
    const { rows } = await world.superuser.query<{ name: string; n: string }>(
      `SELECT 'authorised and not sent, or sent and not ended' AS name, count(*) AS n
         FROM kernel.action_request WHERE state IN ('authorized', 'dispatching')
        UNION ALL
       SELECT 'of an outcome that nobody knows', count(*) FROM kernel.action_request WHERE state = 'outcome_unknown'
        UNION ALL
       SELECT 'records of a request over many without their own', count(*)
         FROM kernel.bulk_row r JOIN kernel.action_request q USING (request_id)
        WHERE q.state NOT IN ('pending', 'denied', 'rejected', 'cancelled', 'expired')
          AND NOT EXISTS (SELECT FROM kernel.bulk_child c
                           WHERE c.request_id = r.request_id AND c.position = r.position)
        UNION ALL
       SELECT 'rejected emergencies that are not lifted', count(*)
         FROM kernel.emergency_end x JOIN kernel.action_request q USING (request_id)
        WHERE x.outcome = 'rejected' AND q.state = 'executed'
          AND NOT EXISTS (SELECT FROM kernel.emergency_lift l LEFT JOIN kernel.action_request k ON k.request_id = l.lift_id
                           WHERE l.request_id = x.request_id AND (l.lift_id IS NULL OR k.state = 'executed'))`,
    )
    left = rows.filter(({ n }) => n !== '0').map(({ name, n }) => `${n} ${name}`)
    return left.length === 0
  }
  await until(() => `all to be at rest (left: ${left.join('; ')})`, SETTLE_MS, atRestNow)
}

/** What was acknowledged and is not there. */
async function lost(world: FaultWorld, acknowledged: Acknowledged): Promise<string[]> {
  const ids = [...acknowledged.requests.values()]
  const { rows } = await world.superuser.query<{ id: string }>(
    `SELECT id FROM unnest($1::text[]) AS id
      WHERE NOT EXISTS (SELECT FROM kernel.action_request WHERE request_id::text = id)`,
    [ids],
  )
  const decisions = [...acknowledged.decisions].map((decision) => decision.split(' '))
  const undone = await world.superuser.query<{ id: string; person: string }>(
    `SELECT d.id, d.person FROM unnest($1::text[], $2::text[], $3::text[]) AS d (id, person, decision)
      WHERE NOT EXISTS (SELECT FROM kernel.action_approval a
                         WHERE a.request_id::text = d.id AND a.person_id = d.person AND a.decision = d.decision)`,
    [0, 1, 2].map((column) => decisions.map((parts) => parts[column])),
  )
  return [
    ...rows.map(({ id }) => `request ${id} was acknowledged and is lost`),
    ...undone.rows.map(({ id, person }) => `the decision of ${person} on ${id} was acknowledged and is lost`),
  ]
}

/** An emergency that was rejected is not in force, and one that was agreed to was not lifted. */
async function brokenEmergencies(world: FaultWorld): Promise<string[]> {
  const { rows } = await world.superuser.query<{ request_id: string; outcome: string; lifts: number }>(
    `SELECT x.request_id, x.outcome, count(q.request_id)::integer AS lifts
       FROM kernel.emergency_end x
       LEFT JOIN kernel.emergency_lift l USING (request_id)
       LEFT JOIN kernel.action_request q ON q.request_id = l.lift_id AND q.state = 'executed'
      GROUP BY x.request_id, x.outcome`,
  )
  return rows
    .filter(({ outcome, lifts }) => lifts > (outcome === 'agreed' ? 0 : 1))
    .map(
      ({ request_id, outcome, lifts }) => `emergency ${request_id} was ${outcome} and lifted ${lifts} times`,
    )
}

/** I11, I12: whoever is of the platform has asked for nothing that was let in, and nobody has raised themselves. */
async function brokenAuthority(world: FaultWorld): Promise<string[]> {
  const { rows: asked } = await world.superuser.query<{ request_id: string; type: string; state: string }>(
    `SELECT request_id, type, state FROM kernel.action_request WHERE requested_by = $1 AND state <> 'denied'`,
    [TRESPASSER],
  )
  const { rows: refused } = await world.superuser.query<{ n: number }>(
    `SELECT count(*)::integer AS n FROM kernel.audit_entry WHERE kind IN ('denial', 'security') AND actor_id = $1`,
    [TRESPASSER],
  )
  const { rows: grants } = await world.superuser.query<{ person_id: string; role: string; own: boolean }>(
    `SELECT g.person_id, g.role,
            g.granted_by = g.person_id
            OR EXISTS (SELECT FROM kernel.action_approval a WHERE a.request_id = g.request_id AND a.person_id = g.person_id)
            OR NOT EXISTS (SELECT FROM kernel.action_request q JOIN kernel.action_approval a USING (request_id)
                            WHERE q.request_id = g.request_id AND a.decision = 'approve' AND a.person_id <> q.requested_by) AS own
       FROM kernel.role_grant g`,
  )
  return [
    ...asked.map(({ request_id, type, state }) => `${type} ${request_id} of ${TRESPASSER} is ${state}`),
    ...(refused[0]?.n ? [] : [`no refusal of ${TRESPASSER} is in the audit log`]),
    ...(grants.length > 0 ? [] : ['nobody was granted a role, so that nothing shows of who had a say in it']),
    ...grants
      .filter(({ own }) => own)
      .map(({ person_id, role }) => `${person_id} had a say in being ${role}, or nobody else had`),
  ]
}

/** I13: the names that the upstreams know stand in no leaf of the log, no event and no line that a process said. */
async function leakedNames(world: FaultWorld): Promise<string[]> {
  const { rows } = await world.sandboxDatabase.query<{ name: string }>(
    `SELECT DISTINCT name FROM compliance.party WHERE kind = 'person'`,
  )
  const names = rows.map(({ name }) => name)
  if (names.length === 0) throw new Error('the sandbox knows nobody whose name could be looked for')
  const { rows: found } = await world.superuser.query<{ name: string; place: string }>(
    `SELECT n.name, 'the audit log' AS place FROM unnest($1::text[]) AS n (name)
      WHERE EXISTS (SELECT FROM kernel.audit_entry WHERE position(convert_to(n.name, 'UTF8') IN canonical) > 0)
      UNION ALL
     SELECT n.name, 'the events' FROM unnest($1::text[]) AS n (name)
      WHERE EXISTS (SELECT FROM kernel.event WHERE strpos(payload::text, n.name) > 0)`,
    [names],
  )
  // The sandbox stands for systems that are not ours.
  const said = world.victims
    .filter(({ kind }) => kind !== 'sandbox')
    .flatMap((victim) => victim.said().map((line) => ({ who: victim.name, line })))
  return [
    ...found.map(({ name, place }) => `${name} stands in ${place}`),
    ...said.flatMap(({ who, line }) => {
      const name = names.find((each) => line.includes(each))
      return name === undefined ? [] : [`${who} said the name ${name}: ${line.slice(0, 300)}`]
    }),
  ]
}

/** Dropped, doubled and reordered webhooks leave no trace: what is shown is what the upstream has. */
async function unlikeUpstream(world: FaultWorld): Promise<string[]> {
  const { rows: upstream } = await world.sandboxDatabase.query<{ id: string; state: string }>(
    `SELECT id, state FROM cts.transfer WHERE id LIKE 'tr_fault_%' AND state = 'returned'`,
  )
  const ids = upstream.map(({ id }) => id)
  const unlike = async () =>
    (
      await world.superuser.query<{ id: string; state: string | null }>(
        `SELECT u.id, t.state FROM unnest($1::text[]) AS u (id) LEFT JOIN transfers.transfer t USING (id)
          WHERE t.state IS DISTINCT FROM 'returned'`,
        [ids],
      )
    ).rows
  const deadline = Date.now() + SETTLE_MS
  let left = await unlike()
  while (left.length > 0 && Date.now() < deadline) {
    await sleep(LOOK_EVERY_MS)
    left = await unlike()
  }
  return left.map(({ id, state }) => `${id} is returned at CTS and shown as ${state}`)
}

/** I6, I7: a verifier in a process of its own finds nothing. */
async function brokenAuditLog(world: FaultWorld): Promise<string[]> {
  const auditor = await world.token('fault-auditor', 'kernel/auditor')
  const answer = await fetch(`${world.servers[0]}/v1/audit/log/key`, {
    headers: { authorization: `Bearer ${auditor}` },
  })
  const key = join(world.directory, 'log-key')
  writeFileSync(key, await answer.text())
  const { stdout, stderr, status } = await runCountersignWith(
    // No installation of this machine has a say in it.
    { COUNTERSIGN_HOME: join(world.directory, 'no-installation') },
    ...['audit', 'verify', '--database-url', world.superuserUrl, '--key', key],
    ...['--witness', join(world.directory, 'witness'), '--json'],
  )
  return status === 0 ? [] : [`the audit log does not verify: ${stdout}${stderr}`]
}

async function figures(
  world: FaultWorld,
): Promise<Pick<FaultReport, 'requests' | 'effects' | 'emergencies' | 'deliveryMs'>> {
  const counts = async (text: string) =>
    Object.fromEntries(
      (await world.superuser.query<{ name: string; n: string }>(text)).rows.map(({ name, n }) => [
        name,
        Number(n),
      ]),
    )
  const { rows } = await world.superuser.query<{ p50: number; p99: number; most: number }>(
    `SELECT coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms), 0) AS p50,
            coalesce(percentile_cont(0.99) WITHIN GROUP (ORDER BY ms), 0) AS p99, coalesce(max(ms), 0) AS most
       FROM (SELECT extract(epoch FROM e.at - s.at)::float8 * 1000 AS ms
               FROM kernel.action_transition s
               JOIN kernel.action_transition e ON e.request_id = s.request_id AND e.to_state IN ('executed', 'failed', 'stale')
              WHERE s.to_state = 'authorized') AS delivery`,
  )
  const answer = await fetch(`${world.sandboxUrl}/_sandbox/effects?limit=10000`)
  const { effects } = (await answer.json()) as { effects: unknown[] }
  return {
    requests: await counts('SELECT state AS name, count(*) AS n FROM kernel.action_request GROUP BY 1'),
    emergencies: await counts(
      `SELECT coalesce(x.outcome, 'open') AS name, count(*) AS n
         FROM kernel.emergency LEFT JOIN kernel.emergency_end x USING (request_id) GROUP BY 1`,
    ),
    effects: effects.length,
    deliveryMs: rows[0] ?? { p50: 0, p99: 0, most: 0 },
  }
}

/** mulberry32: small, and good enough to choose whom to kill. */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
