import type { Queue } from '@countersign/sdk/wire/queues.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { TextInput } from '@countersign/ui/text-input.tsx'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useClient } from '../client-context.tsx'
import { ConfirmDialog } from '../confirm-dialog.tsx'
import { useText } from '../messages.ts'
import { describeRefusal, ProblemNotice } from '../problem-notice.tsx'
import { queuePeopleQuery } from '../queries.ts'
import { useUndecidedKeys } from '../undecided-keys.ts'
import styles from './queue.module.css'

/** kernel/queues/give-items.ts says the same. */
const GIVEN_AT_ONCE_MAX = 100
const GIVEN_AT_FIRST = 20

/** A backlog is given to several people in one move: of what nobody has, that which is due first, to each as many. */
export default function ExtraOperators({ queue, onClose }: { queue: Queue; onClose: () => void }) {
  const t = useText()
  const client = useClient()
  const queries = useQueryClient()
  const people = useQuery(queuePeopleQuery(client, queue.name))
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [typed, setTyped] = useState(String(GIVEN_AT_FIRST))
  const keys = useUndecidedKeys()
  const count = /^\d{1,3}$/.test(typed) ? Number(typed) : 0
  const give = useMutation({
    mutationFn: () => {
      const body = { method: 'round_robin' as const, most_urgent: count, people: [...chosen] }
      return keys.under('give', body, (key) => client.giveItems(queue.name, body, key))
    },
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['queue-head', queue.name] }),
  })
  const given = give.data?.given
  const wrongCount = count < 1 || count > GIVEN_AT_ONCE_MAX
  const barred =
    chosen.length === 0
      ? t('queue.extra.whom')
      : wrongCount
        ? t('queue.extra.countRange', { max: GIVEN_AT_ONCE_MAX })
        : undefined
  return (
    <ConfirmDialog
      title={t('queue.extra.title')}
      ready={!people.isPending}
      onClose={onClose}
      confirm={
        given === undefined
          ? { label: t('queue.extra.confirm'), busy: give.isPending, barred, run: () => give.mutate() }
          : { label: t('dialog.close'), busy: false, barred: undefined, run: onClose }
      }
    >
      {people.isPending ? (
        <Skeleton lines={6} label={t('queue.loading')} />
      ) : people.data === undefined ? (
        <ProblemNotice error={people.error} onRetry={() => void people.refetch()} />
      ) : (
        <div className={styles.stack}>
          <p>{t('queue.extra.what', { queue: queue.title })}</p>
          <fieldset className={styles.helpers}>
            <legend>{t('queue.extra.people')}</legend>
            {people.data
              .filter(({ away }) => !away)
              .map(({ id, name, open }) => (
                <label key={id}>
                  <input
                    type="checkbox"
                    checked={chosen.includes(id)}
                    onChange={() =>
                      setChosen(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id])
                    }
                  />{' '}
                  <bdi>{name}</bdi> · {t('queue.person.open', { count: open })}
                </label>
              ))}
          </fieldset>
          <Field
            label={t('queue.extra.count')}
            error={wrongCount ? t('queue.extra.countRange', { max: GIVEN_AT_ONCE_MAX }) : undefined}
          >
            {(control) => (
              <TextInput
                {...control}
                inputMode="numeric"
                value={typed}
                onChange={(event) => setTyped(event.target.value.trim())}
              />
            )}
          </Field>
        </div>
      )}
      {give.isError ? <Banner tone="danger">{describeRefusal(give.error, t)}</Banner> : null}
      {given === undefined ? null : <Given given={given} />}
    </ConfirmDialog>
  )
}

function Given({ given }: { given: readonly { assignee: string | null; message?: string }[] }) {
  const t = useText()
  const left = given.filter(({ assignee }) => assignee === null)
  return (
    <Banner tone={left.length === 0 ? 'settled' : 'attention'}>
      {t('queue.extra.given', { count: given.length - left.length })}{' '}
      {left.length === 0 ? '' : t('queue.extra.left', { count: left.length })} {left[0]?.message}
    </Banner>
  )
}
