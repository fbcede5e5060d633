import type { EntityRef } from '@countersign/sdk/wire/values.ts'
import { Button } from '@countersign/ui/button.tsx'
import { Notice } from '@countersign/ui/notice.tsx'
import type { ConsoleWeb } from '@countersign/web-kit/console-web.ts'
import { commaList } from '@countersign/web-kit/format-list.ts'
import { useKeys } from '@countersign/web-kit/keymap.tsx'
import { useMe } from '@countersign/web-kit/me-context.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { refFromText, refToText } from '@countersign/web-kit/paths.ts'
import { Record as RecordFrame } from '@countersign/web-kit/record/record.tsx'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { QUEUE_OWN_PARAMS } from '../router.tsx'
import { type UrlSearch, without } from '../url-search.ts'

/** A list and the record that is open beside it, as the address has them. */
export type Beside = {
  /** The list's own part of the address. */
  readonly list: UrlSearch
  readonly open: EntityRef | null
  readonly openText: string | null
  readonly act: string | undefined
  /** Another filter, order or choice of columns; what is open stays open. */
  readonly onList: (list: UrlSearch) => void
  /** `inPlace`: no step of its own in the history. */
  readonly onOpen: (record: EntityRef, act?: string, inPlace?: boolean) => void
  readonly onAct: (act: string | undefined) => void
  readonly close: () => void
}

/** Keeps in the address what is open beside a list; Escape closes it. */
export function useBeside(
  search: UrlSearch,
  navigate: (to: { to: '.'; search: UrlSearch; replace: boolean }) => unknown,
): Beside {
  const t = useText()
  const open = refFromText(search.open)
  const list = without(search, QUEUE_OWN_PARAMS)
  const go = (next: UrlSearch, replace = false) => void navigate({ to: '.', search: next, replace })
  const close = () => go(without(search, ['open', 'act']))
  useKeys(
    t('queuePage.keys'),
    open === null ? [] : [{ keys: 'Escape', label: t('queuePage.close'), run: close }],
  )
  return {
    ...{ list, open, openText: search.open ?? null, act: search.act, close },
    onList: (next) => go({ ...next, ...(search.open ? { open: search.open } : {}) }),
    onOpen: (record, act, inPlace = false) =>
      go({ ...list, open: refToText(record), ...(act === undefined ? {} : { act }) }, inPlace),
    onAct: (act) => go(act === undefined ? without(search, ['act']) : { ...search, act }),
  }
}

/** The record that is open beside a list. `known` and `more` are what the list knows of it and offers on it. */
export function OpenBeside({
  beside: { open, openText, act, onAct, close },
  console,
  ...more
}: {
  beside: Beside
  console: ConsoleWeb
  known?: ReactNode
  more?: ReactNode
}) {
  const t = useText()
  const me = useMe()
  if (open === null) return null
  return (
    <RecordFrame
      key={openText}
      of={open}
      console={console}
      me={me.person.id}
      layout="pane"
      act={act}
      onAct={onAct}
      {...more}
      controls={
        <Button size="small" variant="quiet" keys="Escape" onClick={close}>
          {t('queuePage.close')}
        </Button>
      }
    />
  )
}

/** There is no such list for this person: with which roles it was looked for, and where to go. */
export function UnknownList({ title }: { title: string }) {
  const t = useText()
  const me = useMe()
  return (
    <Notice page title={title} actions={<Link to="/">{t('notFound.home')}</Link>}>
      {t('queuePage.unknown.detail', { roles: commaList(me.roles, t) || '–' })}
    </Notice>
  )
}
