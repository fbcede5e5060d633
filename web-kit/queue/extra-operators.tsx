import type { Queue, QueuePerson } from '@countersign/sdk/wire/queues.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { Skeleton } from '@countersign/ui/skeleton.tsx'
import { TextInput } from '@countersign/ui/text-input.tsx'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useClient } from '../client-context.tsx'
import { ConfirmDialog } from '../confirm-dialog.tsx'
import { commaList } from '../format-list.ts'
import { useText } from '../messages.ts'
import { describeRefusal, ProblemNotice } from '../problem-notice.tsx'
import { queueHeadQuery, queuePeopleQuery } from '../queries.ts'
import { useUndecidedKeys } from '../undecided-keys.ts'
import styles from './queue.module.css'

/** kernel/queues/give-items.ts says the same. */
const GIVEN_AT_ONCE_MAX = 100
const GIVEN_AT_FIRST = 20
/** What nobody has, as the list of a queue is asked for it. */
const NOBODYS = { assignee: 'none' }

/** A backlog is given to several people in one move: of what nobody has, that which is due first, to each as many. */
export default function ExtraOperators({ queue, onClose }: { queue: Queue; onClose: () => void }) {
  const t = useText()
  const client = useClient()
  const people = useQuery(queuePeopleQuery(client, queue.name))
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [typed, setTyped] = useState(String(GIVEN_AT_FIRST))
  const count = /^\d{1,3}$/.test(typed) ? Number(typed) : 0
  const give = useGive(queue, { method: 'round_robin', most_urgent: count, people: chosen })
  const given = give.data?.given
  const here = (people.data ?? []).filter(({ away, acts }) => acts && !away)
  const wrongCount =
    count < 1 || count > GIVEN_AT_ONCE_MAX
      ? t('queue.extra.countRange', { max: GIVEN_AT_ONCE_MAX })
      : undefined
  const barred = chosen.length === 0 ? t('queue.extra.whom') : wrongCount
  const toggle = (id: string) =>
    setChosen(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id])
  return (
    <ConfirmDialog
      title={t('queue.extra.title')}
      ready={!people.isPending}
      onClose={onClose}
      confirm={
        given === undefined && (people.data === undefined || here.length > 0)
          ? { label: t('queue.extra.confirm'), busy: give.isPending, barred, run: () => give.mutate() }
          : { label: t('dialog.close'), busy: false, barred: undefined, run: onClose }
      }
    >
      {people.isPending ? (
        <Skeleton lines={6} label={t('queue.loading')} />
      ) : people.data === undefined ? (
        <ProblemNotice error={people.error} onRetry={() => void people.refetch()} />
      ) : here.length === 0 ? (
        <p>{t('queue.extra.nobodyHere')}</p>
      ) : (
        <div className={styles.stack}>
          <p>
            {t('queue.extra.what', { queue: queue.title })} <NobodyHas queue={queue} />
          </p>
          <Helpers people={here} chosen={chosen} onToggle={toggle} />
          <Field label={t('queue.extra.count')} error={wrongCount}>
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

function useGive(
  queue: Queue,
  body: { method: 'round_robin'; most_urgent: number; people: readonly string[] },
) {
  const client = useClient()
  const queries = useQueryClient()
  const keys = useUndecidedKeys()
  return useMutation({
    mutationFn: () => {
      const asked = { ...body, people: [...body.people] }
      return keys.under('give', asked, (key) => client.giveItems(queue.name, asked, key))
    },
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['queue-head', queue.name] }),
  })
}

/** How much there is to give. */
function NobodyHas({ queue }: { queue: Queue }) {
  const t = useText()
  const head = useQuery(queueHeadQuery(useClient(), queue.name, NOBODYS))
  if (head.data === undefined) return null
  const { value, exact } = head.data.count
  return t(exact ? 'queue.extra.free' : 'queue.extra.freeAtLeast', { count: value })
}

function Helpers({
  people,
  chosen,
  onToggle,
}: {
  people: readonly QueuePerson[]
  chosen: readonly string[]
  onToggle: (id: string) => void
}) {
  const t = useText()
  return (
    <fieldset className={styles.helpers}>
      <legend>{t('queue.extra.people')}</legend>
      <p className={styles.quiet}>{t('queue.extra.known')}</p>
      {people.map(({ id, name, open, roles }) => (
        <label key={id}>
          <input type="checkbox" checked={chosen.includes(id)} onChange={() => onToggle(id)} />{' '}
          <bdi>{name}</bdi> · {commaList(roles.map(roleName), t)} · {t('queue.person.open', { count: open })}
        </label>
      ))}
    </fieldset>
  )
}

/** `OPS` of `transfers/OPS`: all are of one console. */
function roleName(role: string): string {
  return role.slice(role.indexOf('/') + 1)
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
