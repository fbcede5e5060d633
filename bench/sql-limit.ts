import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'
import { inOwnProcess } from './child-process.ts'
import { pgbenchProgram, runPgbench } from './pgbench.ts'
import type { SqlAnswer, SqlTask } from './sql-process.ts'

/**
 * The limit beside S-01: the very rows that one governed action leaves, written by one call of one SQL function in a
 * loop, with nothing else around it. Twice: into the product's own tables with their triggers, and into copies of them
 * that have the same columns, constraints and indexes and no trigger.
 */
export type Limit = 'same_tables' | 'bare_tables'

/** As many as S-01 has. */
const PEOPLE = 200

const COPIED = [
  'idempotency',
  'action_request',
  'action_revision',
  'action_transition',
  'stream',
  'event',
  'event_pending',
  'audit_entry',
  'audit_personal',
  'audit_pending',
]

/**
 * Makes the functions, with the rows of one real request as their pattern.
 *
 * @param superuser a pool of a superuser
 * @param requestId an executed request with a local effect
 */
export async function makeLimits(superuser: pg.Pool, requestId: string): Promise<void> {
  await superuser.query(`
    CREATE SCHEMA bench;
    CREATE SCHEMA bare;
    ${COPIED.map((table) => `CREATE TABLE bare.${table} (LIKE kernel.${table} INCLUDING ALL);`).join('\n')}
    CREATE TABLE bench.pattern AS
      SELECT i AS idempotency, q AS request, v AS revision, t AS step, s AS stream, e AS event, a AS entry, p AS personal
        FROM kernel.action_request q
        JOIN kernel.idempotency i USING (request_id)
        JOIN kernel.action_revision v USING (request_id)
        JOIN kernel.action_transition t USING (request_id)
        JOIN kernel.event e ON e.request_id = q.request_id
        JOIN kernel.stream s ON s.stream = e.stream
        JOIN kernel.audit_entry a ON a.action_request_id = q.request_id
        JOIN kernel.audit_personal p ON p.entry_id = a.entry_id
       WHERE q.request_id = '${requestId}'`)
  for (const schema of ['kernel', 'bare']) await superuser.query(functionFor(schema))
}

function functionFor(schema: string): string {
  const bare = schema === 'bare'
  return `
    CREATE FUNCTION bench.write_${bare ? 'bare' : 'same'}_tables() RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
      t        bench.pattern;
      request  uuid := uuidv7();
      entry    uuid := uuidv7();
      person   text := (floor(random() * ${PEOPLE}))::text;
      subject  text := request::text;
      n        bigint;
    BEGIN
      SELECT * INTO t FROM bench.pattern;
      INSERT INTO ${schema}.idempotency (actor_id, door, key, tenant_id, request_digest, status, answer, request_id)
      VALUES (person, (t.idempotency).door, subject, NULL, (t.idempotency).request_digest, (t.idempotency).status,
              (t.idempotency).answer, request);
      INSERT INTO ${schema}.action_request (request_id, type, console, risk, moves_money, target_kind, target_id, door,
                                            requested_by, requested_roles, correlation_id${bare ? ', state, state_at, transitions' : ''})
      VALUES (request, (t.request).type, (t.request).console, (t.request).risk, (t.request).moves_money,
              (t.request).target_kind, subject, (t.request).door, person, (t.request).requested_roles,
              (t.request).correlation_id${bare ? ", 'executed', clock_timestamp(), 1" : ''});
      INSERT INTO ${schema}.action_revision (request_id, revision, input, reason_code, reason_note, decided, digest, digest_salt,
              digest_format, target_version, policy_version, required_approvals, eligible_roles, effect, connector,
              effect_key, expires_at, evidence, evidence_hash, created_by)
      VALUES (request, 1, (t.revision).input, (t.revision).reason_code, (t.revision).reason_note, (t.revision).decided,
              (t.revision).digest, (t.revision).digest_salt, (t.revision).digest_format, (t.revision).target_version,
              (t.revision).policy_version, (t.revision).required_approvals, (t.revision).eligible_roles,
              (t.revision).effect, NULL, (t.revision).effect_key, clock_timestamp() + interval '1 hour',
              (t.revision).evidence, (t.revision).evidence_hash, person);
      INSERT INTO ${schema}.action_transition (request_id, step, revision, from_state, to_state, basis, actor_id)
      VALUES (request, 1, 1, NULL, (t.step).to_state, (t.step).basis, person);
      INSERT INTO ${schema}.stream (stream, version) VALUES ('kernel.work_item/' || subject, 1);
      INSERT INTO ${schema}.event (event_id, stream, version, type, schema_version, source, actor_id, request_id,
                                   correlation_id, refs, payload, occurred_at)
      VALUES (uuidv7(), 'kernel.work_item/' || subject, 1, (t.event).type, 1, (t.event).source, person, request,
              (t.event).correlation_id, (t.event).refs, (t.event).payload, clock_timestamp())
      RETURNING seq INTO n;
      INSERT INTO ${schema}.event_pending (seq) VALUES (n);
      ${bare ? '' : "PERFORM set_config('countersign.audit_routine', 'running', true);"}
      n := nextval('kernel.audit_seq');
      INSERT INTO ${schema}.audit_entry (seq, entry_id, at, format_version, kind, actor_id, outcome, leaf_hash, canonical,
              actor_roles, action, target_kind, target_id, reason_code, action_request_id, transition_to,
              transition_revision, http_request_id)
      VALUES (n, entry, clock_timestamp(), 1, (t.entry).kind, person, (t.entry).outcome, (t.entry).leaf_hash,
              (t.entry).canonical, (t.entry).actor_roles, (t.entry).action, (t.entry).target_kind, subject,
              (t.entry).reason_code, request, (t.entry).transition_to, 1, (t.entry).http_request_id);
      INSERT INTO ${schema}.audit_personal (entry_id, "values") VALUES (entry, (t.personal)."values");
      INSERT INTO ${schema}.audit_pending (seq, entry_id, leaf_hash) VALUES (n, entry, (t.entry).leaf_hash);
    END
    $$`
}

export function limitDriver(): string {
  const program = pgbenchProgram()
  return program === undefined
    ? 'a loop in Node.js over pg, in a process of its own (no pgbench here)'
    : execFileSync(program, ['--version'], { encoding: 'utf8' }).trim()
}

/** @returns calls a second */
export async function measureLimit(
  limit: Limit,
  options: {
    readonly databaseUrl: string
    readonly connections: number
    readonly seconds: number
    readonly directory: string
  },
): Promise<number> {
  const statement = `SELECT bench.write_${limit}()`
  const program = pgbenchProgram()
  if (program === undefined) {
    const task: SqlTask = { ...options, statement }
    return (await inOwnProcess<SqlTask, SqlAnswer>('bench/sql-process.ts', task)).perSecond
  }
  const script = join(options.directory, `${limit}.sql`)
  writeFileSync(script, `${statement};\n`)
  const said = runPgbench(program, options.databaseUrl, [
    ...['-M', 'prepared', '-f', script, '-c', String(options.connections), '-j', '2'],
    ...['-T', String(options.seconds)],
  ])
  const perSecond = /tps = ([\d.]+)/.exec(said)?.[1]
  if (perSecond === undefined) throw new Error(`pgbench said no rate: ${said}`)
  return Number(perSecond)
}
