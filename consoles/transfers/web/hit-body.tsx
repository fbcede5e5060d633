import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { type Translate, useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { part, parts, text } from '@countersign/web-kit/record/fields.ts'
import { readable } from '@countersign/web-kit/request/preview-value.tsx'
import { SectionHeading } from '@countersign/web-kit/section-heading.tsx'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'
import { EntryFacts } from './entry-facts.tsx'
import { listedCountry } from './listed-country.ts'
import { MATCH_WORDS, MATCHES, MarkedName, type NamePart, nameParts, SIGNS } from './marked-name.tsx'
import styles from './records.module.css'
import { ruleName } from './rule-name.ts'

const STATE_LABELS: Readonly<Record<string, string>> = {
  open: 'transfers.state.open',
  true_match: 'transfers.state.true_match',
  cleared: 'transfers.state.cleared',
  superseded: 'transfers.state.superseded',
}

/** The two names one above the other, what matches in them, the other identifiers, and what came of the pair before. */
export default function Comparison({ entity }: { entity: Entity }) {
  const t = useText()
  const { data } = entity
  const screened = text(data, 'screened_name') ?? ''
  const listed = text(data, 'listed_name') ?? ''
  const compared = part(data, 'compared')
  const party = text(data, 'party_id')
  return (
    <>
      <div className={styles.names}>
        <span className={styles.muted}>{t('transfers.hit.screened')}</span>
        <MarkedName name={screened} parts={nameParts(compared, 'screened')} />
        <span className={styles.muted}>{t('transfers.hit.listed')}</span>
        <MarkedName name={listed} parts={nameParts(compared, 'listed')} />
        {data.masked === true ? (
          <span className={`${styles.muted} ${styles.below}`}>{t('transfers.hit.masked')}</span>
        ) : (
          <span className={`${styles.legend} ${styles.below}`}>
            {MATCHES.map((match) => (
              <span key={match}>
                <span className={styles.sign} aria-hidden="true">
                  {SIGNS[match]}
                </span>{' '}
                {t(MATCH_WORDS[match])}
              </span>
            ))}
          </span>
        )}
      </div>
      <Reasons parts={nameParts(compared, 'screened')} />
      <Identifiers entity={entity} />
      <Facts
        facts={[
          ...decisionFacts(data, t),
          {
            label: t('transfers.kind.party'),
            value:
              party === null ? null : (
                <EntityLink to={{ kind: 'party', id: party }}>{titleOf(entity, 'party')}</EntityLink>
              ),
          },
          { label: t('transfers.hit.rule'), value: ruleName(text(data, 'rule_id'), t) },
          {
            label: t('transfers.hit.raisedBy'),
            value: t(data.raised_here === true ? 'transfers.hit.raisedHere' : 'transfers.hit.raisedThere'),
          },
          ...entryFacts(data, t),
          ...pairRuleFacts(data, t),
        ]}
      />
      <Entry data={data} />
      <History entity={entity} />
    </>
  )
}

/** What a record beside this one is called. */
const titleOf = (entity: Entity, kind: string) => entity.related?.find((one) => one.kind === kind)?.title

const WHY: Readonly<Record<string, string>> = {
  transliteration: 'transfers.hit.why.transliteration',
  spelling: 'transfers.hit.why.spelling',
  initial: 'transfers.hit.why.initial',
  vowels: 'transfers.hit.why.vowels',
  joined: 'transfers.hit.why.joined',
  legal_form: 'transfers.hit.why.legal_form',
  particle: 'transfers.hit.why.particle',
}

/** Why words that are not the same are taken for close. */
function Reasons({ parts: compared }: { parts: NamePart[] }) {
  const t = useText()
  const close = compared.filter(({ match, beside }) => match === 'close' && beside !== null)
  if (close.length === 0) return null
  return (
    <ul className={styles.reasons} aria-label={t('transfers.hit.reasons')}>
      {close.map(({ at, text: ours, beside, why }) => (
        <li key={at}>
          {t('transfers.hit.besides', {
            ours,
            theirs: beside ?? '',
            why: t(WHY[why ?? ''] ?? 'transfers.hit.close'),
          })}
        </li>
      ))}
    </ul>
  )
}

function Identifiers({ entity }: { entity: Entity }) {
  const t = useText()
  const language = useLanguage()
  const identifiers = parts(entity.data, 'identifiers')
  if (identifiers.length === 0) return null
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">{t('transfers.hit.identifier')}</th>
          <th scope="col">{t('transfers.hit.ours')}</th>
          <th scope="col">{t('transfers.hit.theirs')}</th>
          <th scope="col">{t('transfers.hit.compared')}</th>
        </tr>
      </thead>
      <tbody>
        {identifiers.map((one) => {
          const name = text(one, 'title') ?? readable(text(one, 'name') ?? '')
          const countries = part(one, 'countries')
          const ours =
            'ours' in countries ? listedCountry(part(countries, 'ours'), language) : text(one, 'ours')
          const theirs =
            'theirs' in countries
              ? parts(countries, 'theirs')
                  .map((each) => listedCountry(each, language))
                  .join(' · ')
              : text(one, 'theirs')
          const told = MATCHES.find((match) => match === one.match)
          const match =
            told ?? (ours !== null && text(one, 'ours') === text(one, 'theirs') ? 'same' : 'different')
          return (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{whole(ours)}</td>
              <td>{whole(theirs)}</td>
              <td className={styles.muted}>
                {ours === null || theirs === null ? (
                  t('transfers.hit.unknown')
                ) : (
                  <>
                    <span className={styles.sign} aria-hidden="true">
                      {SIGNS[match]}
                    </span>{' '}
                    {t(MATCH_WORDS[match])}
                  </>
                )}
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

/** A day breaks over no line. */
const whole = (text: string | null) =>
  text === null
    ? '–'
    : text.split(/(?<= · )/).map((one) => (
        <span key={one} className={one.length < WHOLE_CHARACTERS ? styles.day : undefined}>
          {one}
        </span>
      ))
const WHOLE_CHARACTERS = 16

/** The rule for the same two, as long as it is known. */
function pairRuleFacts(data: Entity['data'], t: Translate) {
  const rule = part(data, 'pair_rule')
  const until = text(rule, 'until')
  if (until === null) return []
  return [
    {
      label: t(rule.withdrawn === true ? 'transfers.hit.ruleWithdrawn' : 'transfers.hit.ruleUntil'),
      value: <AbsoluteTime at={until} />,
    },
    {
      label: t('transfers.hit.keptBack'),
      value: t('transfers.hit.keptBackCount', { count: Number(rule.suppressed) }),
    },
  ]
}

/** The entry as its list has it, and which of its names came closest. */
function entryFacts(data: Entity['data'], t: Translate) {
  const uid = text(data, 'uid')
  if (uid === null) return []
  const at = Number(data.matched_at)
  const place = { at, of: Number(data.matched_of) - 1 }
  const list = text(data, 'list_id')
  return [
    {
      label: t('transfers.hit.entry'),
      value:
        text(data, 'entry_id') === null ? (
          <>
            <bdi dir="ltr">{uid}</bdi> · {t('transfers.hit.entryGone')}
          </>
        ) : (
          <EntityLink to={{ kind: 'list_entry', id: text(data, 'entry_id') ?? '' }}>
            {t('transfers.hit.entryOpen', { uid })}
          </EntityLink>
        ),
    },
    {
      label: t('transfers.hit.matched'),
      value:
        at === 0
          ? t('transfers.hit.ownName')
          : t(data.weak === true ? 'transfers.hit.weakAlias' : 'transfers.hit.alias', place),
    },
    {
      label: t('transfers.hit.programs'),
      value: Array.isArray(data.programs) ? <bdi dir="ltr">{data.programs.join(' · ')}</bdi> : null,
    },
    {
      label: t('transfers.kind.sanctionsList'),
      value:
        list === null ? null : (
          <EntityLink to={{ kind: 'sanctions_list', id: list }}>{text(data, 'list')}</EntityLink>
        ),
    },
  ]
}

/** How it was decided here: what was asked for and why, by whom, and the request itself. */
function decisionFacts(data: Entity['data'], t: Translate) {
  const decision = part(data, 'decision')
  const request = text(decision, 'request')
  if (request === null) return []
  const note = text(decision, 'note')
  return [
    {
      label: t('transfers.hit.decidedAs'),
      wide: true,
      value: (
        <>
          <p>
            {text(decision, 'action')} · {text(decision, 'reason')}
          </p>
          {note === null ? null : <p dir="auto">{t('transfers.quoted', { text: note })}</p>}
          <p className={styles.muted}>
            <bdi>{text(decision, 'by')}</bdi> · <AbsoluteTime at={text(decision, 'at') ?? ''} />{' '}
            <EntityLink to={{ kind: 'request', id: request }}>{t('request.open')}</EntityLink>
          </p>
        </>
      ),
    },
  ]
}

/** All that the list knows of the entry, as it was when the hit was raised. */
function Entry({ data }: { data: Entity['data'] }) {
  const t = useText()
  const entry = part(data, 'entry')
  if (text(entry, 'uid') === null) return null
  return (
    <section>
      <SectionHeading>{t('transfers.entry.known')}</SectionHeading>
      <EntryFacts entry={entry} closest={Number(data.matched_at)} />
    </section>
  )
}

/** What was decided on the same party and entry before. */
function History({ entity }: { entity: Entity }) {
  const t = useText()
  const before = parts(entity.data, 'history')
  if (before.length === 0) return null
  return (
    <section>
      <SectionHeading>{t('transfers.hit.history')}</SectionHeading>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t('transfers.kind.hit')}</th>
            <th scope="col">{t('transfers.hit.raisedAt')}</th>
            <th scope="col">{t('transfers.hit.decided')}</th>
            <th scope="col">{t('transfers.hit.by')}</th>
          </tr>
        </thead>
        <tbody>
          {before.map((one) => {
            const id = text(one, 'id') ?? ''
            const decided = text(one, 'decided_at')
            const state = text(one, 'state')
            return (
              <tr key={id}>
                <td>
                  <EntityLink to={{ kind: 'hit', id }}>
                    {state === null ? id : t(STATE_LABELS[state] ?? state)}
                  </EntityLink>
                </td>
                <td>
                  <AbsoluteTime at={text(one, 'raised_at') ?? ''} />
                </td>
                <td>{decided === null ? '–' : <AbsoluteTime at={decided} />}</td>
                <td>{text(one, 'decided_by') ?? '–'}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}
