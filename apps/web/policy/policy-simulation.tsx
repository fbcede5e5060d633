import type { PolicyRule, PolicySimulation } from '@countersign/sdk/wire/policy.ts'
import { Button } from '@countersign/ui/button.tsx'
import { Field } from '@countersign/ui/field.tsx'
import { TextInput } from '@countersign/ui/text-input.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { EntityLink } from '@countersign/web-kit/entity-link.tsx'
import { formatList } from '@countersign/web-kit/format-list.ts'
import { useLanguage, useText } from '@countersign/web-kit/messages.ts'
import { paths } from '@countersign/web-kit/paths.ts'
import { ProblemNotice } from '@countersign/web-kit/problem-notice.tsx'
import { RequestBadge } from '@countersign/web-kit/request/state-badge.tsx'
import { DayTime } from '@countersign/web-kit/time.tsx'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import styles from './policy.module.css'

const DAYS_DEFAULT = 90
const DAYS_MAX = 366

const OTHERWISE: Record<PolicySimulation['requests'][number]['otherwise'], string> = {
  forbidden: 'policy.simulated.forbidden',
  allowed: 'policy.simulated.allowed',
  more_people: 'policy.simulated.needed',
  fewer_people: 'policy.simulated.needed',
  other_people: 'policy.simulated.needed',
}

/** What the draft would have decided otherwise in the last days; asked for, as it may take a while. */
export function Simulation({ console, rules }: { console: string; rules: PolicyRule[] }) {
  const t = useText()
  const client = useClient()
  const [days, setDays] = useState(DAYS_DEFAULT)
  const run = useMutation({
    mutationFn: async () => ({
      of: JSON.stringify(rules),
      found: await client.simulatePolicy(console, { rules, days }),
    }),
  })
  const outdated = run.data !== undefined && run.data.of !== JSON.stringify(rules)
  return (
    <section className={styles.simulation} aria-label={t('policy.simulate')} aria-live="polite">
      <div className={styles.ask}>
        <Field label={t('policy.simulate.days')}>
          {(control) => (
            <TextInput
              {...control}
              type="number"
              min={1}
              max={DAYS_MAX}
              value={days}
              onChange={(event) => setDays(Number(event.currentTarget.value))}
            />
          )}
        </Field>
        <Button
          size="small"
          busy={run.isPending}
          disabledReason={rules.length === 0 ? t('policy.simulate.noRules') : undefined}
          onClick={() => run.mutate()}
        >
          {t('policy.simulate')}
        </Button>
      </div>
      {run.isError ? <ProblemNotice error={run.error} onRetry={() => run.mutate()} /> : null}
      {outdated ? <p className={styles.hint}>{t('policy.simulated.outdated')}</p> : null}
      {run.data === undefined ? null : <Found found={run.data.found} />}
    </section>
  )
}

function Found({ found }: { found: PolicySimulation }) {
  const t = useText()
  const language = useLanguage()
  return (
    <>
      <p>
        <strong>
          {t('policy.simulated.count', {
            count: found.replayed,
            otherwise: found.decided_otherwise,
            days: found.days,
          })}
        </strong>{' '}
        {found.figures_unknown === 0 ? null : t('policy.simulated.unknown', { count: found.figures_unknown })}
        {found.up_to === null ? null : (
          <>
            {t('policy.simulated.upTo')} <DayTime at={found.up_to} />
          </>
        )}
      </p>
      {found.requests.length === 0 ? null : (
        <ul className={styles.found}>
          {found.requests.map((request) => (
            <li key={request.id}>
              <Link to={paths.request(request.id)}>{request.title}</Link> <EntityLink to={request.target} />{' '}
              <RequestBadge request={request} />
              <span className={styles.hint}>
                <DayTime at={request.created_at} /> · {request.requested_by} ·{' '}
                {t(OTHERWISE[request.otherwise], {
                  asked: request.asked_under?.required ?? 0,
                  now: request.draft?.required ?? 0,
                  roles: formatList(request.draft?.eligible_roles ?? [], language, 'disjunction'),
                })}
              </span>
            </li>
          ))}
        </ul>
      )}
      {found.requests.length < found.decided_otherwise ? (
        <p className={styles.hint}>{t('policy.simulated.more', { shown: found.requests.length })}</p>
      ) : null}
    </>
  )
}
