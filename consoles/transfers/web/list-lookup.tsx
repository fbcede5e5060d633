import { Button } from '@countersign/ui/button.tsx'
import { TextInput } from '@countersign/ui/text-input.tsx'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { text } from '@countersign/web-kit/record/fields.ts'
import { scoreText } from '@countersign/web-kit/score-text.ts'
import { SectionHeading } from '@countersign/web-kit/section-heading.tsx'
import { useLookUp } from '@countersign/web-kit/use-look-up.ts'
import { useRead } from '@countersign/web-kit/use-read.ts'
import { useUrlParam } from '@countersign/web-kit/use-url-param.ts'
import { useState } from 'react'
import styles from './records.module.css'

type Found = {
  entries: Record<string, unknown>[]
  previous_cursor?: string | null
  next_cursor?: string | null
}

const ENTRIES = '/v1/sanctions-list-entries'
/** In the address, in the place of a cursor: the first entries. */
const FIRST = 'first'

/**
 * Which name was looked up on which list, for as long as the page lives. It stands in no address: whoever is looked up is most often a
 * customer, and addresses stay in browsers, in logs, and in what colleagues send one another (K-30). What page of entries is shown does
 * stand there: those are the publisher's, and public.
 */
const lookedUp = new Map<string, string>()

/** Looks into a list that is in force: by a name, as parties are compared with it, or from one page of entries to the next. */
export function ListLookup({ list }: { list: string }) {
  const t = useText()
  const language = useLanguage()
  const [typed, setTyped] = useState(() => lookedUp.get(list) ?? '')
  const [name, setName] = useState(() => lookedUp.get(list))
  const [place, setPlace] = useUrlParam('entries')
  const byName = place === undefined && name !== undefined
  const page = useRead<Found>(
    ENTRIES,
    place === undefined ? null : { list, ...(place === FIRST ? {} : { cursor: place }) },
  )
  const found = useLookUp<Found>(`${ENTRIES}/look-up`, byName ? { list, name } : null)
  const read = byName ? found : page
  const look = () => {
    const sought = typed.trim()
    if (sought === '') return setPlace(FIRST)
    lookedUp.set(list, sought)
    setName(sought)
    if (place !== undefined) setPlace(undefined)
  }
  const { entries = [], previous_cursor: previous = null, next_cursor: next = null } = read.data ?? {}
  return (
    <section>
      <SectionHeading>{t('transfers.lookup')}</SectionHeading>
      <form
        className={styles.lookup}
        onSubmit={(event) => {
          event.preventDefault()
          look()
        }}
      >
        <TextInput
          value={typed}
          aria-label={t('transfers.lookup.name')}
          placeholder={t('transfers.lookup.name')}
          maxLength={200}
          onChange={({ target }) => setTyped(target.value)}
        />
        <Button onClick={look} busy={read.isFetching}>
          {t(typed.trim() === '' ? 'transfers.lookup.all' : 'transfers.lookup.find')}
        </Button>
      </form>
      {read.isError ? <ProblemNotice error={read.error} onRetry={() => void read.refetch()} /> : null}
      {byName && read.isSuccess && entries.length === 0 ? (
        <p role="status">{t('transfers.lookup.nothing')}</p>
      ) : null}
      {entries.length === 0 ? null : (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t('transfers.hit.listed')}</th>
              <th scope="col">{t('transfers.hit.entry')}</th>
              {byName ? (
                <th scope="col" className={styles.number}>
                  {t('transfers.candidates.score')}
                </th>
              ) : null}
            </tr>
          </thead>
          <tbody>
            {entries.map((one) => (
              <tr key={text(one, 'uid')}>
                <td>
                  <Name one={one} />
                  {text(one, 'matched') === null || text(one, 'matched') === text(one, 'name') ? null : (
                    <div className={styles.muted}>
                      {t('transfers.lookup.by', { name: text(one, 'matched') ?? '' })}
                    </div>
                  )}
                </td>
                <td>
                  <bdi dir="ltr">{text(one, 'uid')}</bdi>
                </td>
                {typeof one.score === 'number' ? (
                  <td className={styles.number}>{scoreText(one.score, language)}</td>
                ) : null}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div className={styles.lookup}>
        {previous === null ? null : (
          <Button size="small" onClick={() => setPlace(previous)}>
            {t('transfers.lookup.previous')}
          </Button>
        )}
        {next === null ? null : (
          <Button size="small" onClick={() => setPlace(next)}>
            {t('transfers.lookup.next')}
          </Button>
        )}
      </div>
    </section>
  )
}

function Name({ one }: { one: Record<string, unknown> }) {
  const id = text(one, 'id')
  return id === null ? (
    <bdi>{text(one, 'name')}</bdi>
  ) : (
    <EntityLink to={{ kind: 'list_entry', id }}>{text(one, 'name')}</EntityLink>
  )
}
