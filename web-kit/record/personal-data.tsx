import type { Affordance, Entity } from '@countersign/sdk/wire/entities.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { Facts } from '@countersign/ui/facts.tsx'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useClient } from '../client-context.tsx'
import { useText } from '../messages.ts'
import { revealedQuery } from '../queries.ts'
import { SectionHeading } from '../section-heading.tsx'
import { isReveal } from './is-reveal.ts'
import styles from './record.module.css'

const SECOND_MS = 1_000

/** Personal data of a record: masked, or in clear for as long as this person has revealed it. */
export function PersonalData({
  entity,
  labels,
  onAct,
}: {
  entity: Pick<Entity, 'kind' | 'id' | 'personal' | 'affordances'>
  /** Message id by the field's path. */
  labels: Record<string, string>
  onAct: (action: string) => void
}) {
  const t = useText()
  const fields = entity.personal ?? []
  const offered = (what: 'reveal' | 'erase') =>
    entity.affordances.find(({ action }) => action.endsWith(`.${what}_${entity.kind}`))
  const [reveal, erase] = [offered('reveal'), offered('erase')]
  const query = useQuery({
    ...revealedQuery(useClient(), entity),
    enabled: fields.length > 0 && reveal?.allowed === true,
  })
  const revealed = query.data?.fields ?? []
  const now = useSeconds(revealed.length > 0)
  const shownNow = revealed.filter(({ until }) => Date.parse(until) > now)
  const values = useRef(new Map<string, HTMLElement>())
  // What was in clear as somebody here pressed for more; null once that has the focus. Others' pressing moves nobody's focus.
  const shownBefore = useRef<ReadonlySet<string> | null>(null)
  // After each drawing: the value may be there before the sheet is gone, or after.
  useEffect(() => {
    const more = shownNow.find(({ path }) => shownBefore.current?.has(path) === false)
    if (more === undefined || document.querySelector('dialog[open]') !== null) return
    shownBefore.current = null
    values.current.get(more.path)?.focus()
  })
  if (fields.length === 0 && erase === undefined) return null
  const button = (affordance: Affordance | undefined, label: string) =>
    affordance === undefined ? null : (
      <Button
        size="small"
        disabledReason={affordance.allowed ? undefined : affordance.reason}
        onClick={() => {
          if (isReveal(affordance.action)) shownBefore.current = new Set(shownNow.map(({ path }) => path))
          onAct(affordance.action)
        }}
      >
        {t(label)}
      </Button>
    )
  return (
    <section aria-label={t('record.personal')}>
      <SectionHeading
        aside={
          <>
            {fields.length === 0 ? null : button(reveal, 'record.personal.reveal')}
            {button(erase, 'record.personal.erase')}
          </>
        }
      >
        {t('record.personal')}
      </SectionHeading>
      {query.isError ? <Banner tone="attention">{t('record.personal.unread')}</Banner> : null}
      <Facts
        facts={fields.map(({ path, title, shown, erased_at }) => {
          const label = labels[path]
          const open = shownNow.find((field) => field.path === path)
          return {
            label: title ?? (label === undefined ? path : t(label)),
            value:
              erased_at !== undefined ? (
                <span className={styles.masked}>{t('record.personal.erased')}</span>
              ) : open === undefined ? (
                <bdi className={styles.masked}>{shown}</bdi>
              ) : (
                <>
                  <bdi
                    tabIndex={-1}
                    ref={(node) => {
                      if (node === null) values.current.delete(path)
                      else values.current.set(path, node)
                    }}
                  >
                    {open.value}
                  </bdi>{' '}
                  <span className={styles.countdown} role="timer">
                    {t('record.personal.until', { time: minutesAndSeconds(Date.parse(open.until) - now) })}
                  </span>
                </>
              ),
          }
        })}
      />
    </section>
  )
}

/** The time, by the second, while somebody has to see it pass. */
function useSeconds(running: boolean): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!running) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), SECOND_MS)
    return () => clearInterval(timer)
  }, [running])
  return now
}

/** `4:07` */
function minutesAndSeconds(ms: number): string {
  const seconds = Math.ceil(ms / SECOND_MS)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
