import type { Affordance } from '@countersign/sdk/wire/entities.ts'
import type { Me } from '@countersign/sdk/wire/me.ts'
import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { refFromText } from '@countersign/web-kit/paths.ts'
import { entityQuery } from '@countersign/web-kit/queries.ts'
import { useQuery } from '@tanstack/react-query'
import { useLocation, useNavigate } from '@tanstack/react-router'
import type { UrlSearch } from '../url-search.ts'

/** Of no record: nothing is asked for. */
const NOWHERE: EntityRef = { kind: '', id: '' }

/** The record that the page shows, with what may be done to it now and how its sheet is opened. */
export function useRecordActions(
  me: Pick<Me, 'permissions'>,
  wanted: boolean,
): {
  title: string
  actions: readonly Affordance[]
  open: (action: string) => void
} {
  const { pathname, search } = useLocation()
  const navigate = useNavigate()
  // What this person may not read is not asked for: the refusal would stand in the audit log.
  const shown =
    wanted && me.permissions.includes('kernel:read') ? recordAt(pathname, search as UrlSearch) : null
  const { data } = useQuery({ ...entityQuery(useClient(), shown ?? NOWHERE), enabled: shown !== null })
  return {
    title: data?.title ?? '',
    actions: (shown === null ? undefined : data)?.affordances.filter(({ allowed }) => allowed) ?? [],
    open: (act) => void navigate({ to: '.', search: { ...search, act } as never }),
  }
}

/** On a page of its own, or beside a list. */
function recordAt(pathname: string, search: UrlSearch): EntityRef | null {
  const [, entities, kind, id] = pathname.split('/')
  if (entities !== 'entities' || kind === undefined || id === undefined) return refFromText(search.open)
  return { kind: decodeURIComponent(kind), id: decodeURIComponent(id) }
}
