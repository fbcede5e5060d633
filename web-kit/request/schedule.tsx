import type { PendingRequest } from '@countersign/sdk/wire/approvals.ts'
import { Banner } from '@countersign/ui/banner.tsx'
import { Button } from '@countersign/ui/button.tsx'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ActionSheet } from '../action-sheet/action-sheet.tsx'
import { useClient } from '../client-context.tsx'
import { useMe } from '../me-context.tsx'
import { useText } from '../messages.ts'
import { actionsQuery, entityQuery } from '../queries.ts'
import { AbsoluteTime } from '../time.tsx'
import { plainInput } from './plain-input.ts'
import styles from './request-detail.module.css'
import { failureCause } from './request-state.ts'

/** For when it is, and what came of that; what was suspended is asked for again from here. */
export function Schedule({ request }: { request: PendingRequest }) {
  const t = useText()
  const client = useClient()
  const me = useMe()
  const [again, setAgain] = useState(false)
  const { scheduled_for: at, schedule } = request
  const suspended = schedule === 'suspended'
  const mayAsk = suspended && request.requested_by.id === me.person.id
  const { data: actions } = useQuery({ ...actionsQuery(client), enabled: mayAsk })
  const { data: entity } = useQuery({ ...entityQuery(client, request.target), enabled: mayAsk })
  const action = actions?.find(({ type }) => type === request.type)
  const affordance = entity?.affordances.find((one) => one.action === request.type)
  if (at === undefined) return null
  return (
    <>
      <p className={styles.lead}>
        {t(schedule === 'waiting' ? 'request.scheduled' : 'request.wasScheduled')} <AbsoluteTime at={at} />
        {schedule === 'withdrawn' ? ` · ${t('request.schedule.withdrawn')}` : ''}
      </p>
      {suspended ? (
        <Banner
          tone="attention"
          action={
            mayAsk && action !== undefined && entity !== undefined ? (
              <Button
                size="small"
                variant="primary"
                disabledReason={affordance?.allowed ? undefined : (affordance?.reason ?? undefined)}
                onClick={() => setAgain(true)}
              >
                {t('request.askAgain')}
              </Button>
            ) : undefined
          }
        >
          <strong>{t('request.schedule.suspended')}</strong> {failureCause(request, t)}
        </Banner>
      ) : null}
      {again && action !== undefined && entity !== undefined ? (
        <ActionSheet
          action={action}
          inverse={actions?.find(({ type }) => type === action.inverse)}
          entity={entity}
          begins={{
            input: plainInput(request.input),
            reason: request.reason?.code ?? '',
            note: request.reason?.note ?? '',
          }}
          onClose={() => setAgain(false)}
        />
      ) : null}
    </>
  )
}
