import type { MarkRecords, RecordMark } from '@countersign/kernel/entities/record-mark.ts'
import { say, type Text, together } from '@countersign/kernel/languages/say.ts'
import { frozenAbout } from '../exception/frozen-about.ts'
import { saidFrozen } from './said-frozen.ts'

type Frozen = {
  /** Of the record that is marked. */
  readonly id: string
  /** Of its frozen parties, as they may be shown without a reveal. */
  readonly names: readonly string[]
  readonly open: boolean
}

/** More of them say no more to anybody. */
const NAMED_MAX = 5

/** SQL of the records `$1` that have to do with a frozen party, as Compliance told of it last: id, the party and whether the record is open. */
const FOUND = {
  party: `SELECT p.id, p.id AS party_id, true AS open FROM transfers.party p WHERE p.id = ANY ($1)`,
  transfer: `SELECT t.id, said.party_id, true FROM transfers.transfer t,
             LATERAL (VALUES (t.record #>> '{originator,party_id}'), (t.record #>> '{receiver,party_id}')) AS said (party_id)
             WHERE t.id = ANY ($1)`,
  hit: `SELECT i.subject_id, i.party_id, i.state = 'open' FROM transfers.compliance_item i
         WHERE i.item_id = ANY ($1) AND i.subject_kind = 'hit'`,
  exception: `SELECT a.exception_id, said.party_id, a.state = 'open' FROM transfers.exception_about a
             CROSS JOIN LATERAL unnest(a.transfers) AS one (id)
              JOIN transfers.transfer t ON t.id = one.id,
              LATERAL (VALUES (t.record #>> '{originator,party_id}'), (t.record #>> '{receiver,party_id}')) AS said (party_id)
              WHERE a.exception_id = ANY ($1)`,
}

const ofParties = ({ names }: Frozen): Text => saidFrozen(names)
const SAID: Readonly<Record<keyof typeof FOUND, (frozen: Frozen) => Text>> = {
  party: ofParties,
  transfer: ofParties,
  hit: ofParties,
  exception: ({ names, open }) =>
    together(
      names.map((name) => frozenAbout(name, open)),
      ' ',
    ),
}

/** T-04: that a record has to do with a frozen party, wherever it is listed. */
export function frozenMarks(kind: keyof typeof FOUND): MarkRecords {
  return async ({ pool }, ids) => {
    const { rows } = await pool.query<Frozen>({
      name: `frozen-marks-${kind}`,
      text: `SELECT f.id, (array_agg(DISTINCT p.record ->> 'name'))[:${NAMED_MAX}] AS names, bool_or(f.open) AS open
               FROM (${FOUND[kind]}) AS f (id, party_id, open)
               JOIN transfers.party p ON p.id = f.party_id AND p.frozen
              GROUP BY f.id`,
      values: [ids],
    })
    return new Map(
      rows.map((frozen): [string, RecordMark[]] => [
        frozen.id,
        [{ tone: 'danger', word: say`Frozen`, text: SAID[kind](frozen) }],
      ]),
    )
  }
}
