import type { Me } from '@countersign/sdk/wire/me.ts'
import { ariaKeys, Kbd } from '@countersign/ui/kbd.tsx'
import { useClient } from '@countersign/web-kit/client-context.tsx'
import { useKeys } from '@countersign/web-kit/keymap.tsx'
import { useText } from '@countersign/web-kit/messages.ts'
import { MoneyText } from '@countersign/web-kit/money-text.tsx'
import { describeProblem } from '@countersign/web-kit/problem-notice.tsx'
import { searchQuery } from '@countersign/web-kit/queries.ts'
import { RecordMarks } from '@countersign/web-kit/record-marks.tsx'
import { useSettled } from '@countersign/web-kit/use-settled.ts'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, useId, useRef, useState } from 'react'
import styles from './omnibox.module.css'
import { type OmniChoice, type OmniGroup, useOmniGroups } from './omnibox-choices.ts'

const TYPING_PAUSE_MS = 120

/** One search over everything this person may see, and every place to go, from any page by key. */
export function Omnibox({ me }: { me: Me }) {
  const t = useText()
  const listId = useId()
  const navigate = useNavigate()
  const input = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState('')
  const [open, setOpen] = useState(false)
  const [at, setAt] = useState(0)
  const asked = useSettled(typed.trim(), TYPING_PAUSE_MS)
  const search = useQuery({
    ...searchQuery(useClient(), asked),
    enabled: open && asked !== '' && me.permissions.includes('kernel:read'),
  })
  const groups = useOmniGroups(me, {
    open,
    typed: typed.trim(),
    found: asked === '' ? undefined : search.data,
  })
  const choices = groups.flatMap((group) => group.choices)
  const current = choices[Math.min(at, choices.length - 1)]

  const focus = () => {
    input.current?.focus()
    input.current?.select()
  }
  useKeys(t('shell.keys'), [
    { keys: '/', label: t('omnibox.key'), run: focus },
    { keys: 'mod+k', label: t('omnibox.key'), whileTyping: true, run: focus },
  ])

  function go(choice: OmniChoice | undefined) {
    if (choice === undefined) return
    setOpen(false)
    setTyped('')
    input.current?.blur()
    if ('run' in choice) choice.run()
    else void navigate({ to: choice.path })
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape') {
      setOpen(false)
      input.current?.blur()
    } else if (event.key === 'ArrowDown') setAt(Math.min(choices.length - 1, at + 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1))
    else if (event.key === 'Enter') go(current)
    else return
    event.preventDefault()
  }

  return (
    <search className={styles.omnibox}>
      <input
        ref={input}
        type="search"
        role="combobox"
        aria-label={t('omnibox.label')}
        aria-expanded={open}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={open && current !== undefined ? `${listId}-${current.key}` : undefined}
        aria-keyshortcuts={`/ ${ariaKeys('mod+k')}`}
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
        placeholder={t('omnibox.placeholder')}
        className={styles.input}
        value={typed}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onChange={(event) => {
          setTyped(event.target.value)
          setAt(0)
          setOpen(true)
        }}
        onKeyDown={onKeyDown}
      />
      <span className={styles.hint} aria-hidden="true">
        <Kbd keys="/" />
      </span>
      <div
        id={listId}
        role="listbox"
        aria-label={t('omnibox.results')}
        className={styles.list}
        hidden={!open}
      >
        {open
          ? groups.map((group) => (
              <Group key={group.key} group={group} listId={listId} current={current?.key} onChoose={go} />
            ))
          : null}
        {open && asked !== '' && choices.length === 0 && !search.isFetching ? (
          <div role="option" aria-disabled="true" aria-selected="false" className={styles.nothing}>
            {search.isError ? describeProblem(search.error, t).detail : t('omnibox.nothing', { q: asked })}
          </div>
        ) : null}
      </div>
    </search>
  )
}

function Group({
  group,
  listId,
  current,
  onChoose,
}: {
  group: OmniGroup
  listId: string
  current: string | undefined
  onChoose: (choice: OmniChoice) => void
}) {
  return (
    <div role="group" aria-label={group.title}>
      <div className={styles.title} aria-hidden="true">
        <MoneyText>{group.title}</MoneyText>
      </div>
      {group.choices.map((choice) => (
        <div
          key={choice.key}
          id={`${listId}-${choice.key}`}
          role="option"
          aria-selected={choice.key === current}
          className={styles.choice}
          onPointerDown={(event) => {
            event.preventDefault()
            onChoose(choice)
          }}
        >
          <span className={styles.name} dir="auto">
            <MoneyText>{choice.title}</MoneyText>
          </span>
          {choice.detail === undefined ? null : <code className={styles.detail}>{choice.detail}</code>}
          <RecordMarks marks={choice.marks} />
          {choice.why === undefined ? null : <span className={styles.why}>{choice.why}</span>}
        </div>
      ))}
    </div>
  )
}
