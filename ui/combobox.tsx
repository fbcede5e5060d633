import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react'
import styles from './combobox.module.css'
import type { ControlProps } from './field.tsx'
import { TextInput } from './text-input.tsx'

export type Choice = { value: string; label: string; detail?: string }

const CHOICES_SHOWN_MAX = 60

/** One of many, found by typing any part of its value or label (WAI-ARIA combobox with a list). */
export function Combobox({
  control,
  value,
  choices,
  placeholder,
  emptyText,
  onChange,
}: {
  control: ControlProps
  value: string
  choices: Choice[]
  placeholder?: string
  emptyText: ReactNode
  onChange: (value: string) => void
}) {
  const listId = useId()
  const list = useRef<HTMLUListElement>(null)
  const [typed, setTyped] = useState<string | null>(null)
  const [active, setActive] = useState(0)
  const chosen = choices.find((choice) => choice.value === value)
  const open = typed !== null
  const shown = open ? choicesFor(choices, typed) : []
  const current = shown[Math.min(active, shown.length - 1)]

  function start(text: string) {
    setTyped(text)
    setActive(0)
  }

  function choose(choice: Choice | undefined) {
    if (choice === undefined) return
    onChange(choice.value)
    setTyped(null)
  }

  function move(by: number) {
    const next = Math.max(0, Math.min(shown.length - 1, active + by))
    setActive(next)
    list.current?.children[next]?.scrollIntoView({ block: 'nearest' })
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.metaKey || event.ctrlKey || event.altKey) return
    if (!open) {
      if (event.key === 'ArrowDown' || event.key === 'Enter') {
        event.preventDefault()
        start('')
      }
      return
    }
    if (event.key === 'ArrowDown') move(1)
    else if (event.key === 'ArrowUp') move(-1)
    else if (event.key === 'Enter') choose(current)
    else if (event.key === 'Escape') {
      event.stopPropagation()
      setTyped(null)
    } else return
    event.preventDefault()
  }

  return (
    <div className={styles.combobox}>
      <TextInput
        {...control}
        role="combobox"
        aria-expanded={open}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={current === undefined ? undefined : `${listId}-${current.value}`}
        placeholder={placeholder}
        value={typed ?? (chosen === undefined ? '' : named(chosen))}
        onChange={(event) => start(event.target.value)}
        onClick={() => start('')}
        onBlur={() => setTyped(null)}
        onKeyDown={onKeyDown}
      />
      <ul
        ref={list}
        id={listId}
        role="listbox"
        className={styles.list}
        hidden={!open}
        aria-label={placeholder}
      >
        {shown.map((choice) => (
          <li
            key={choice.value}
            id={`${listId}-${choice.value}`}
            role="option"
            aria-selected={choice.value === current?.value}
            className={styles.choice}
            onPointerDown={(event) => {
              event.preventDefault()
              choose(choice)
            }}
          >
            <span className={styles.code}>{choice.value}</span>
            <span>{choice.label}</span>
            {choice.detail === undefined ? null : <span className={styles.detail}>{choice.detail}</span>}
          </li>
        ))}
        {open && shown.length === 0 ? (
          <li className={styles.empty} role="option" aria-disabled="true" aria-selected="false">
            {emptyText}
          </li>
        ) : null}
      </ul>
    </div>
  )
}

function named(choice: Choice): string {
  return choice.value === choice.label ? choice.label : `${choice.value} · ${choice.label}`
}

/** Choices that hold every typed word; those whose value opens with the text come first. */
export function choicesFor(choices: Choice[], typed: string): Choice[] {
  const words = typed
    .toLowerCase()
    .split(/[\s·]+/)
    .filter(Boolean)
  const found = choices.filter((choice) => {
    const text = `${choice.value} ${choice.label} ${choice.detail ?? ''}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const first = words[0] ?? ''
  const opens = (choice: Choice) => (choice.value.toLowerCase().startsWith(first) ? 0 : 1)
  return found.sort((a, b) => opens(a) - opens(b)).slice(0, CHOICES_SHOWN_MAX)
}
