import type { PendingRequest } from '@countersign/sdk/wire/approvals.ts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { ActionSheet } from '../action-sheet/action-sheet.tsx'
import { useClient } from '../client-context.tsx'
import { useText } from '../messages.ts'
import { actionsQuery, entityQuery, revealedQuery } from '../queries.ts'
import { PersonalData } from '../record/personal-data.tsx'
import styles from './request-detail.module.css'

const ACTION = 'kernel.reveal_request'
/** Each is called as the form is that it was typed into. */
const NO_LABELS = {}

/** What was typed of people and accounts: hidden, until whoever decides opens it. */
export function RequestPersonal({ request }: { request: PendingRequest }) {
  const t = useText()
  const client = useClient()
  const [opens, setOpens] = useState(false)
  const of = { kind: 'request', id: request.id }
  const left = (request.to_open ?? []).length
  const queries = useQueryClient()
  const reveal = (request.affordances ?? []).find(({ action }) => action === ACTION)
  const { data: revealed } = useQuery({
    ...revealedQuery(client, of),
    enabled: (request.personal ?? []).length > 0 && reveal?.allowed === true,
  })
  const open = revealed?.fields.length ?? 0
  useEffect(() => {
    // Only by being read is it opened, and that the request itself does not tell.
    if (open > 0 && left > 0) void queries.invalidateQueries({ queryKey: ['request', request.id] })
  }, [open, left, queries, request.id])
  const { data: actions } = useQuery({ ...actionsQuery(client), enabled: opens })
  const { data: entity } = useQuery({ ...entityQuery(client, of), enabled: opens })
  const action = actions?.find(({ type }) => type === ACTION)
  const { personal = [], affordances = [] } = request
  if (personal.length === 0) return null
  return (
    <>
      <PersonalData
        entity={{ ...of, personal, affordances }}
        labels={NO_LABELS}
        onAct={() => setOpens(true)}
      />
      {left === 0 ? null : <p className={styles.lead}>{t('request.openFirst')}</p>}
      {opens && action !== undefined && entity !== undefined ? (
        <ActionSheet action={action} entity={entity} onClose={() => setOpens(false)} />
      ) : null}
    </>
  )
}
