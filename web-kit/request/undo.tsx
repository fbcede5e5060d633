import type { PendingRequest } from '@countersign/sdk/wire.ts'
import { Button } from '@countersign/ui/button.tsx'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ActionSheet } from '../action-sheet/action-sheet.tsx'
import { backAt } from '../action-sheet/drafts.ts'
import { useClient } from '../client-context.tsx'
import { useMe } from '../me-context.tsx'
import { useText } from '../messages.ts'
import { paths } from '../paths.ts'
import { actionsQuery, entityQuery } from '../queries.ts'
import styles from './request-detail.module.css'

/** What a request takes back, what has taken it back, and the way to do so: the inverse, asked for as any action. */
export function Undo({ request }: { request: PendingRequest }) {
  const t = useText()
  const client = useClient()
  const me = useMe().person.id
  const { undo, undoes, undone_by, target } = request
  const [act, setAct] = useState(() => backAt(me, `${target.kind}:${target.id}`)?.type)
  const open = undo !== undefined && act === undo.action
  const { data: actions } = useQuery({ ...actionsQuery(client), enabled: undo !== undefined })
  const action = actions?.find(({ type }) => type === undo?.action)
  const { data: entity } = useQuery({ ...entityQuery(client, target), enabled: open })
  const affordance = entity?.affordances.find((one) => one.action === undo?.action)
  return (
    <>
      {undoes === undefined ? null : (
        <p className={styles.lead}>
          {t('request.undoes')} <Link to={paths.request(undoes)}>{t('request.undoes.link')}</Link>
        </p>
      )}
      {undone_by === undefined ? null : (
        <p className={styles.lead}>
          {t('request.undoneBy')} <Link to={paths.request(undone_by)}>{t('request.undoneBy.link')}</Link>
        </p>
      )}
      {undo === undefined || action === undefined ? null : (
        <div className={styles.actions}>
          <Button
            busy={open && entity === undefined}
            disabledReason={affordance?.allowed === false ? affordance.reason : undefined}
            onClick={() => setAct(undo.action)}
          >
            {t('request.undo', { title: undo.title })}
          </Button>
        </div>
      )}
      {open && undo !== undefined && action !== undefined && entity !== undefined && affordance?.allowed ? (
        <ActionSheet
          action={action}
          inverse={actions?.find(({ type }) => type === action.inverse)}
          entity={entity}
          undoes={{ id: request.id, input: undo.input }}
          onClose={() => setAct(undefined)}
        />
      ) : null}
    </>
  )
}
