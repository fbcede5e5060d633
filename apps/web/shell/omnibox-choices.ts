import type { Me } from '@countersign/sdk/wire/me.ts'
import type { SearchResult } from '@countersign/sdk/wire/search.ts'
import type { RecordMark } from '@countersign/sdk/wire/values.ts'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { paths, placePath, refPath } from '@countersign/web-kit/paths.ts'
import { queuesQuery } from '@countersign/web-kit/queries.ts'
import { useQuery } from '@tanstack/react-query'
import { consoles, kindLabel } from '../consoles.ts'
import { placesOf } from './places.ts'
import { useRecordActions } from './record-actions.ts'
import { useSettings } from './settings.ts'

/** Leads to `path`, or does something at once. */
export type OmniChoice = {
  key: string
  title: string
  detail?: string
  why?: string
  marks?: readonly RecordMark[] | undefined
} & ({ path: string } | { run: () => void })
export type OmniGroup = { key: string; title: string; choices: OmniChoice[] }

/** By what something was found; a console may know keys of its own. */
const WHYS: Readonly<Record<string, string>> = {
  id: 'omnibox.why.id',
  reference: 'omnibox.why.reference',
  'trace number': 'omnibox.why.trace_number',
  amount: 'omnibox.why.amount',
  name: 'omnibox.why.name',
  'similar name': 'omnibox.why.similar_name',
}

/**
 * What the omnibox offers for a text: what was found, by kind; what can be done to the record that is open, the places
 * and, once something is typed, the settings, whose names hold it.
 */
export function useOmniGroups(
  me: Me,
  { open, typed, found }: { open: boolean; typed: string; found: SearchResult | undefined },
): OmniGroup[] {
  const t = useText()
  const queues =
    useQuery({ ...queuesQuery(useClient()), enabled: me.permissions.includes('kernel:read') }).data ?? []
  const hits = (found?.groups ?? []).map((group): OmniGroup => {
    const label = kindLabel(group.kind)
    return {
      key: group.kind,
      title: label === undefined ? group.kind : t(label),
      choices: group.hits.map((hit) => ({
        key: `${hit.kind}-${hit.id}`,
        title: hit.title,
        detail: hit.id,
        why: WHYS[hit.why] === undefined ? hit.why : t(WHYS[hit.why] ?? ''),
        marks: hit.marks,
        path: refPath(hit),
      })),
    }
  })
  const record = useRecordActions(me, open)
  const settings = useSettings()
  const holds = (title: string) => title.toLowerCase().includes(typed.toLowerCase())
  const best = found?.groups[0]?.hits[0]
  const beside: OmniChoice[] = (best?.beside ?? []).flatMap(({ address, title: called }) => {
    const ref = entityOfAddress(address)
    if (ref === null) return []
    const label = kindLabel(ref.kind)
    const kind = label === undefined ? ref.kind : t(label)
    const key = `beside-${ref.kind}-${ref.id}`
    const named = called === null || called === ref.id ? { title: kind } : { title: called, why: kind }
    return [{ key, ...named, detail: ref.id, path: refPath(ref) }]
  })
  const places: OmniChoice[] = [
    ...queues.map((queue) => ({ key: queue.name, title: queue.title, path: paths.queue(queue.name) })),
    ...consoles
      .filter(({ name }) => me.consoles.some((mine) => mine.name === name))
      .flatMap(({ places = [] }) =>
        places.map((place) => ({ key: placePath(place), title: t(place.title), path: placePath(place) })),
      ),
    ...placesOf(me).flatMap(({ places }) =>
      places.map(({ to, title }) => ({ key: to, title: t(title), path: to })),
    ),
  ]
  const actions = record.actions.map(
    ({ action, title }): OmniChoice => ({
      key: action,
      title,
      run: () => record.open(action),
    }),
  )
  const choices = settings.flatMap(({ key, title, items }) =>
    items.map(
      (item): OmniChoice => ({
        key: `${key}-${item.key}`,
        title: t('omnibox.setting', { name: title, value: item.label }),
        ...(item.checked ? { why: t('omnibox.chosen') } : {}),
        run: item.onSelect,
      }),
    ),
  )
  return [
    ...hits,
    { key: 'beside', title: t('omnibox.beside', { title: best?.title ?? '' }), choices: beside },
    {
      key: 'actions',
      title: t('omnibox.actions', { title: record.title }),
      choices: actions.filter(({ title }) => holds(title)),
    },
    { key: 'places', title: t('omnibox.places'), choices: places.filter(({ title }) => holds(title)) },
    {
      key: 'settings',
      title: t('omnibox.settings'),
      choices: typed === '' ? [] : choices.filter(({ title }) => holds(title)),
    },
  ].filter((group) => group.choices.length > 0)
}

/** `/v1/entities/party/pty_1`, as the server writes addresses of records. */
function entityOfAddress(address: string): { kind: string; id: string } | null {
  const [, version, entities, kind, id] = address.split('/')
  return version === 'v1' && entities === 'entities' && kind !== undefined && id !== undefined
    ? { kind, id }
    : null
}
