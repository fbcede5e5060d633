import type { Queue, QueuePerson } from '@countersign/sdk/wire/queues.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { type RadioChoice, RadioGroup } from '@countersign/ui/radio-group.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useClient } from '../client-context.tsx'
import { ConfirmDialog } from '../confirm-dialog.tsx'
import { formatInstant } from '../duration.ts'
import { commaList } from '../format-list.ts'
import { type Translate, useLanguage, useText } from '../messages.ts'
import { zone, zoneName } from '../preferences.ts'
import { describeRefusal, ProblemNotice } from '../problem-notice.tsx'
import { queuePeopleQuery } from '../queries.ts'
import { useStoredValue } from '../stored-value.ts'
import { useUndecidedKeys } from '../undecided-keys.ts'
import styles from './queue.module.css'
import { RefusedItems } from './refused-items.tsx'
import { useOnItems } from './use-on-items.ts'

/** How work is given without naming somebody. */
const METHODS = ['round_robin', 'skill'] as const
const NOBODY = 'nobody'

/** Gives items to a person, and to others beside; by turns or by skill; or back to the queue. */
export default function AssignDialog({
  queue,
  items,
  onClose,
}: {
  queue: Queue
  items: { id: string; title: string }[]
  onClose: () => void
}) {
  const t = useText()
  const language = useLanguage()
  const timeZone = zoneName(useStoredValue(zone))
  const client = useClient()
  const queries = useQueryClient()
  const people = useQuery(queuePeopleQuery(client, queue.name))
  const [to, setTo] = useState<string>('')
  const [helpers, setHelpers] = useState<ReadonlySet<string>>(new Set())
  const assign = useOnItems(queue.name)
  const keys = useUndecidedKeys()
  const give = useMutation({
    mutationFn: (method: (typeof METHODS)[number]) => {
      const body = { method, items: items.map(({ id }) => id) }
      return keys.under('give', body, (key) => client.giveItems(queue.name, body, key))
    },
    onSuccess: ({ given }) => {
      void queries.invalidateQueries({ queryKey: ['queue-head', queue.name] })
      if (given.every(({ assignee }) => assignee !== null)) onClose()
    },
  })
  const method = METHODS.find((one) => one === to)
  const named = to !== '' && to !== NOBODY && method === undefined
  const confirm = () => {
    if (method !== undefined) return give.mutate(method)
    const assignee = to === NOBODY ? null : to
    const beside = named ? [...helpers].filter((id) => id !== to) : []
    assign.mutate(
      {
        type: 'kernel.assign_item',
        items: items.map(({ id }) => id),
        input: { assignee, helpers: beside },
        reason: 'workload',
      },
      { onSuccess: ({ refused }) => refused.length === 0 && onClose() },
    )
  }
  const notGiven = (give.data?.given ?? []).flatMap(({ message }) => (message === undefined ? [] : [message]))
  return (
    <ConfirmDialog
      title={t('queue.assign.title', { count: items.length })}
      ready={!people.isPending}
      onClose={onClose}
      confirm={{
        label: t('queue.assign.confirm'),
        busy: assign.isPending || give.isPending,
        barred: to === '' ? t('queue.assign.whom') : undefined,
        run: confirm,
      }}
    >
      {people.isPending ? (
        <Skeleton lines={6} label={t('queue.loading')} />
      ) : people.data === undefined ? (
        <ProblemNotice error={people.error} onRetry={() => void people.refetch()} />
      ) : (
        <div className={styles.stack}>
          <RadioGroup
            label={t('queue.assign.to')}
            value={to}
            choices={[
              ...people.data.map((person) =>
                personChoice(person, t, (at) => formatInstant(at, language, timeZone)),
              ),
              { value: 'round_robin', label: t('queue.assign.turns'), hint: t('queue.assign.turns.hint') },
              ...(queue.skill === undefined
                ? []
                : [{ value: 'skill', label: t('queue.assign.skill'), hint: t('queue.assign.skill.hint') }]),
              { value: NOBODY, label: t('queue.assign.nobody') },
            ]}
            onChange={setTo}
          />
          {named && people.data.length > 1 ? (
            <fieldset className={styles.helpers}>
              <legend>{t('queue.assign.helpers')}</legend>
              {people.data
                .filter(({ id, away }) => id !== to && !away)
                .map(({ id, name }) => (
                  <label key={id}>
                    <input
                      type="checkbox"
                      checked={helpers.has(id)}
                      onChange={() => setHelpers(toggled(helpers, id))}
                    />{' '}
                    {name}
                  </label>
                ))}
            </fieldset>
          ) : null}
        </div>
      )}
      {give.isError ? <Banner tone="danger">{describeRefusal(give.error, t)}</Banner> : null}
      <RefusedItems result={assign.data} />
      {notGiven.length > 0 ? (
        <Banner tone="danger">
          {t('queue.refusedSome', { count: notGiven.length })} {notGiven[0]}
        </Banner>
      ) : null}
    </ConfirmDialog>
  )
}

/** Somebody to choose: what they have, what they know, and whether they are here. */
function personChoice(
  person: QueuePerson,
  t: Translate,
  at: (instant: string) => string,
): RadioChoice<string> {
  const open =
    person.max_open === null
      ? t('queue.person.open', { count: person.open })
      : t('queue.person.openOf', { count: person.open, max: person.max_open })
  const hint = [
    person.away && person.away_until !== null
      ? t('queue.person.away', { until: at(person.away_until) })
      : open,
    ...(person.skills.length > 0 ? [commaList(person.skills, t)] : []),
  ]
  return { value: person.id, label: person.name, hint: hint.join(' · ') }
}

function toggled(chosen: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(chosen)
  if (!next.delete(id)) next.add(id)
  return next
}
