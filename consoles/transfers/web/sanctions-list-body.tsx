import type { Entity } from '@countersign/sdk/wire/entities.ts'
import { Facts } from '@countersign/ui/facts.tsx'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { isolate, type Translate, useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { part, parts, text } from '@countersign/web-kit/record/fields.ts'
import { SectionHeading } from '@countersign/web-kit/section-heading.tsx'
import { AbsoluteTime } from '@countersign/web-kit/time.tsx'
import { BringList } from './bring-list.tsx'
import { ListLookup } from './list-lookup.tsx'
import { partyCount } from './party-count.ts'
import { Published } from './published.tsx'
import styles from './records.module.css'
import { ruleName } from './rule-name.ts'
import { WaitingVersion } from './waiting-version.tsx'

/** Enough of a digest to tell a version by. */
const DIGEST_SHOWN = 12

/** A publisher's list: what is in force, and what was brought here since. */
export default function ListFacts({ entity }: { entity: Entity }) {
  const t = useText()
  const language = useLanguage()
  const { data } = entity
  const number = (key: string) => numberIn(data, key, language)
  const version = text(data, 'version')
  const [published, taken, reached] = [
    text(data, 'published'),
    text(data, 'taken_at'),
    text(data, 'reached_at'),
  ]
  return (
    <>
      <Facts
        facts={[
          {
            label: t('transfers.list.published'),
            value: published === null ? null : <Published day={published} />,
          },
          {
            label: t('transfers.list.takenAt'),
            value: taken === null ? null : <AbsoluteTime at={taken} />,
          },
          {
            label: t('transfers.list.waiting'),
            wide: true,
            value: data.waiting == null ? null : <WaitingVersion list={entity.id} data={data} />,
          },
          { label: t('transfers.list.entries'), value: number('entries') },
          { label: t('transfers.list.names'), value: number('names') },
          { label: t('transfers.list.screened'), value: screenedOf(data, t, language) },
          {
            label: t('transfers.list.reached'),
            value: reached === null ? null : <AbsoluteTime at={reached} />,
          },
          {
            label: t('transfers.kind.screeningRule'),
            value: (
              <EntityLink to={{ kind: 'screening_rule', id: `names_${entity.id}` }}>
                {ruleName(`names_${entity.id}`, t)}
              </EntityLink>
            ),
          },
          { label: t('transfers.list.version'), value: version === null ? null : <Digest of={version} /> },
        ]}
      />
      {version === null ? <p>{t('transfers.list.noneInForce')}</p> : null}
      <Brought entity={entity} />
      {version === null ? null : <ListLookup list={entity.id} />}
      <BringList lists={[entity.id]} />
    </>
  )
}

function Brought({ entity }: { entity: Entity }) {
  const t = useText()
  const language = useLanguage()
  const brought = parts(entity.data, 'offered')
  if (brought.length === 0) return null
  return (
    <section>
      <SectionHeading>{t('transfers.list.brought')}</SectionHeading>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t('transfers.list.published')}</th>
            <th scope="col" className={styles.number}>
              {t('transfers.list.entries')}
            </th>
            <th scope="col">{t('transfers.list.change')}</th>
            <th scope="col">{t('transfers.list.standing')}</th>
          </tr>
        </thead>
        <tbody>
          {brought.map((one) => (
            <tr key={text(one, 'version')}>
              <td>
                <bdi dir="ltr">{text(one, 'published')}</bdi>
                <div className={styles.muted}>
                  <Digest of={text(one, 'version') ?? ''} />
                </div>
              </td>
              <td className={styles.number}>{numberIn(one, 'entries', language)}</td>
              <td>
                {typeof one.added === 'number'
                  ? t('transfers.list.changeOf', {
                      added: numberIn(one, 'added', language) ?? '',
                      removed: numberIn(one, 'removed', language) ?? '',
                      changed: numberIn(one, 'changed', language) ?? '',
                    })
                  : '–'}
                {typeof one.newly_hit === 'number' ? (
                  <div>
                    {t('transfers.list.newlyHit', { count: one.newly_hit })}
                    {firstOf(one) === '' ? '' : ` (${firstOf(one)})`}
                    <span className={styles.muted}> · {screenedOf(one, t, language)}</span>
                  </div>
                ) : null}
              </td>
              <td>
                {standing(one, t)}
                <div className={styles.muted}>
                  <AbsoluteTime at={text(one, 'staged_at') ?? ''} />{' '}
                  {t('transfers.list.broughtBy', {
                    name: isolate(text(part(one, 'brought_by'), 'name') ?? '–'),
                  })}
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Digest({ of }: { of: string }) {
  return (
    <bdi dir="ltr" title={of}>
      {of.slice(0, DIGEST_SHOWN)}…
    </bdi>
  )
}

function standing(version: Record<string, unknown>, t: Translate): string {
  if (version.complete !== true) return t('transfers.list.incomplete')
  return t(version.much_smaller === true ? 'transfers.list.quarantined' : 'transfers.list.ready')
}

/** How far the parties have been compared with a version. */
function screenedOf(data: Record<string, unknown>, t: Translate, language: string): string | null {
  const screened = partyCount(data.screened, language)
  const left = partyCount(data.unscreened, language)
  if (screened === null || left === null) return null
  return data.unscreened === 0 ? screened : t('transfers.list.screenedOf', { screened, left })
}

function numberIn(data: Record<string, unknown>, key: string, language: string): string | null {
  const value = data[key]
  return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : null
}

/** Some of the parties that are newly hit, as they may be shown. */
function firstOf(version: Record<string, unknown>): string {
  const first = Array.isArray(version.first) ? version.first.filter((one) => typeof one === 'string') : []
  const more = Number(version.newly_hit) > first.length
  return first.length === 0 ? '' : `${first.map(isolate).join('; ')}${more ? '; …' : ''}`
}
