import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react'
import styles from './combobox.module.css'
import type { ControlProps } from './field.tsx'
import { TextInput } from './text-input.tsx'

export type Choice = {
  value: string
  label: string
  /** A code that people know it by, shown before the label. */
  code?: string
  detail?: string
}

const CHOICES_SHOWN_MAX = 60

/**
 * One of many, found by typing any part of its code or label (WAI-ARIA combobox with a list). What is typed and not
 * chosen is no choice: the value is empty until one is taken, or the typing is given up with Escape.
 */
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

  const before = useRef(value)

  function show() {
    if (open) return
    before.current = value
    setTyped('')
    setActive(Math.max(0, choicesFor(choices, '').indexOf(chosen as Choice)))
  }

  function type(text: string) {
    if (!open) before.current = value
    setTyped(text)
    setActive(0)
    if (value !== '') onChange('')
  }

  function choose(choice: Choice | undefined) {
    if (choice === undefined) return
    onChange(choice.value)
    setTyped(null)
  }

  function giveUp() {
    setTyped(null)
    if (value !== before.current) onChange(before.current)
  }

  /** Leaving with one choice left takes it; with more, nothing is chosen, and what was typed stays to be seen. */
  function leave() {
    if (typed === null) return
    if (typed.trim() === '') giveUp()
    else if (shown.length === 1) choose(shown[0])
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
        show()
      }
      return
    }
    if (event.key === 'ArrowDown') move(1)
    else if (event.key === 'ArrowUp') move(-1)
    else if (event.key === 'Enter') choose(current)
    else if (event.key === 'Escape') {
      event.stopPropagation()
      giveUp()
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
        placeholder={open && chosen !== undefined ? named(chosen) : placeholder}
        value={typed ?? (chosen === undefined ? '' : named(chosen))}
        onChange={(event) => type(event.target.value)}
        onClick={show}
        onBlur={leave}
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
            {choice.code === undefined ? null : <span className={styles.code}>{choice.code}</span>}
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
  return choice.code === undefined ? choice.label : `${choice.code} · ${choice.label}`
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
