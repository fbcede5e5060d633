import type { Projection, ProjectionStep } from '../projections/define-projection.ts'
import { emailToken, nameTokens, nameWords } from './name-tokens.ts'
import type { SearchName, SearchSource } from './search-source.ts'

/** A btree entry holds at most 2,704 bytes; nobody types this much. */
const KEY_MAX_CHARACTERS = 512
/** Of a clear name, so many words can be the first that is typed. */
const NAME_WORDS_MAX = 8

const ENTITY = 'kernel.search_entity'
const KEY = 'kernel.search_key'
const NAME = 'kernel.search_name'

/** What all consoles declare to be found, as one projection: its tables are rebuilt and swapped together. */
export function searchProjection(sources: readonly SearchSource[]): Projection {
  return {
    name: 'kernel.search',
    tables: [ENTITY, KEY, NAME],
    types: sources.flatMap(({ types }) => types),
    apply: sources.flatMap((source) => [entities(source), keys(source)]),
    async derive(step) {
      for (const source of sources) {
        for (const name of source.names) await deriveNames(step, source, name)
      }
    },
  }
}

/** As `normalisedKey` does with what is typed. */
const normalised = (sql: string) => `regexp_replace(lower(${sql}), '[\\s-]+', '', 'g')`

const eventsOf = ({ types }: SearchSource) => `e.type IN (${types.map((type) => `'${type}'`).join(', ')})`

function entities(source: SearchSource): string {
  return `INSERT INTO {${ENTITY}} AS t (kind, id, console, tenant_id, title, related, version)
     SELECT DISTINCT ON (n.id) '${source.kind}', n.id, '${source.console}', n.tenant_id, n.title,
            array_remove(n.refs, '${source.kind}/' || n.id), n.version
       FROM (SELECT ${source.id} AS id, coalesce(${source.title}, ${source.id}) AS title, ${source.version} AS version,
                    e.tenant_id, e.refs, e.position
               FROM {events} e WHERE ${eventsOf(source)}) n
      WHERE n.id IS NOT NULL
      ORDER BY n.id, n.version DESC, n.position
     ON CONFLICT (kind, id) DO UPDATE
        SET title = excluded.title, related = excluded.related, version = excluded.version
      WHERE t.version < excluded.version`
}

function keys(source: SearchSource): string {
  const found = [
    `SELECT 'id' AS why, ${normalised(source.id)} AS key`,
    ...source.keys.map(({ why, sql }) => `SELECT '${why}', ${normalised(sql)}`),
    ...source.names.flatMap(({ what, clear }) =>
      clear !== undefined && what === 'name'
        ? [
            `SELECT 'name', ${normalised("array_to_string(word.list[word.n:], ' ')")}
               FROM (SELECT list, generate_series(1, least(cardinality(list), ${NAME_WORDS_MAX})) AS n
                       FROM regexp_split_to_array(${clear}, '[\\s-]+') AS list) word`,
          ]
        : [],
    ),
  ]
  // OFFSET 0: each key is normalised once, and not again for every condition.
  return `INSERT INTO {${KEY}} (console, key, kind, id, why, tenant_id)
     SELECT DISTINCT '${source.console}', found.key, '${source.kind}', ${source.id}, found.why, e.tenant_id
       FROM {events} e CROSS JOIN LATERAL (${found.join(' UNION ALL ')} OFFSET 0) found
      WHERE ${eventsOf(source)} AND found.key <> '' AND length(found.key) <= ${KEY_MAX_CHARACTERS}
        AND ${source.id} IS NOT NULL
     ON CONFLICT DO NOTHING`
}

/** What is sealed is opened to be hashed, here and in memory alone; what was erased cannot be and has no row. */
async function deriveNames(step: ProjectionStep, source: SearchSource, name: SearchName): Promise<void> {
  const { rows } = await step.client.query<{
    id: string
    version: string
    tenant_id: string | null
    clear: string | null
    sealed: string | null
    subject: string | null
  }>(
    `SELECT DISTINCT ON (n.id) n.id, n.version, n.tenant_id, n.clear, n.name ->> 'sealed' AS sealed,
            n.name ->> 'subject' AS subject
       FROM (SELECT ${source.id} AS id, ${source.version} AS version, e.tenant_id, e.position,
                    (${name.clear ?? 'NULL'})::text AS clear, (${name.sealed ?? 'NULL'})::jsonb AS name
               FROM ${step.events} e WHERE ${eventsOf(source)}) n
      WHERE n.id IS NOT NULL AND (n.clear IS NOT NULL OR n.name ->> 'sealed' IS NOT NULL)
      ORDER BY n.id, n.version DESC, n.position`,
    [step.from, step.to],
  )
  if (rows.length === 0) return
  const secrets = step.secrets()
  const opened = await secrets.openAll(
    rows.flatMap(({ clear, sealed, subject }) =>
      clear === null && sealed !== null && subject !== null ? [{ subject, sealed }] : [],
    ),
  )
  const named = rows.flatMap(({ id, version, tenant_id, clear, sealed, subject }) => {
    const text = clear ?? (sealed === null ? undefined : opened.get(sealed))
    if (text === undefined) return []
    const words = name.what === 'name' ? nameWords(text) : []
    const tokens = name.what === 'name' ? nameTokens(words, secrets.blind) : [emailToken(text, secrets.blind)]
    return [{ id, version, tenant_id, subject: clear === null ? subject : null, words: words.length, tokens }]
  })
  await step.client.query(
    `INSERT INTO ${step.table(NAME)} AS t (kind, id, part, console, tenant_id, subject, words, tokens, version)
     SELECT $1, n.id, $2, $3, n.tenant_id, n.subject, n.words,
            ARRAY(SELECT jsonb_array_elements_text(n.tokens)::bigint), n.version
       FROM jsonb_to_recordset($4::jsonb) AS n (id text, tenant_id text, subject text, words smallint, tokens jsonb,
                                                version bigint)
     ON CONFLICT (kind, id, part) DO UPDATE
        SET subject = excluded.subject, words = excluded.words, tokens = excluded.tokens, version = excluded.version
      WHERE t.version < excluded.version`,
    [source.kind, name.part, source.console, JSON.stringify(named)],
  )
}
