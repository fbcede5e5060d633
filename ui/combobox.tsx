import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import styles from './combobox.module.css'
import type { ControlProps } from './field.tsx'
import { TextInput } from './text-input.tsx'

/** `code` stands before the label where people know the thing by it; a value that only machines use is not shown. */
export type Choice = { value: string; label: string; code?: string; detail?: string }

const CHOICES_SHOWN_MAX = 60

/**
 * One of many, found by typing any part of its code or label (WAI-ARIA combobox with a list). What is typed counts
 * once it is chosen: leaving the field chooses the only match, or leaves the text standing as chosen by nothing.
 */
export function Combobox({
  control,
  value,
  choices,
  placeholder,
  emptyText,
  onChange,
  onUncommitted,
}: {
  control: ControlProps
  value: string
  choices: Choice[]
  placeholder?: string
  emptyText: ReactNode
  onChange: (value: string) => void
  /** Told the text that stands in the field and is no choice, and null when there is none. */
  onUncommitted?: (text: string | null) => void
}) {
  const listId = useId()
  const list = useRef<HTMLUListElement>(null)
  const [typed, setTyped] = useState<string | null>(null)
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(0)
  const chosen = choices.find((choice) => choice.value === value)
  const shown = open ? choicesFor(choices, typed ?? '') : []
  const current = shown[Math.min(active, shown.length - 1)]

  function type(text: string | null) {
    setTyped(text)
    onUncommitted?.(text)
  }

  /** The whole list, at what is chosen now. */
  function unfold() {
    setOpen(true)
    setActive(
      typed === null
        ? Math.max(
            0,
            choices.findIndex((choice) => choice.value === value),
          )
        : 0,
    )
  }

  function choose(choice: Choice | undefined) {
    if (choice === undefined) return
    onChange(choice.value)
    type(null)
    setOpen(false)
  }

  /** What is typed becomes the choice it can only mean; an emptied field goes back to what was chosen. */
  function settle(): boolean {
    if (typed === null) return true
    const meant = typed.trim() === '' ? null : onlyMatch(choices, typed)
    if (meant === undefined) return false
    if (meant !== null) onChange(meant.value)
    type(null)
    return true
  }

  function move(by: number) {
    setActive(Math.max(0, Math.min(shown.length - 1, active + by)))
  }

  useEffect(() => {
    if (open) list.current?.children[active]?.scrollIntoView?.({ block: 'nearest' })
  }, [open, active])

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey) && typed !== null) {
      // The form confirms what it shows: first the text becomes a choice, or the person is asked for one.
      event.preventDefault()
      if (settle()) setOpen(false)
      else unfold()
      return
    }
    if (event.metaKey || event.ctrlKey || event.altKey) return
    if (!open) {
      if (event.key === 'ArrowDown' || event.key === 'Enter') {
        event.preventDefault()
        unfold()
      }
      return
    }
    if (event.key === 'ArrowDown') move(1)
    else if (event.key === 'ArrowUp') move(-1)
    else if (event.key === 'Enter') choose(current)
    else if (event.key === 'Escape') {
      event.stopPropagation()
      type(null)
      setOpen(false)
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
        // What is chosen is worded as the page is; only what somebody types has a direction of its own.
        dir={typed === null || typed === '' ? undefined : 'auto'}
        value={typed ?? (chosen === undefined ? '' : named(chosen))}
        onChange={(event) => {
          type(event.target.value)
          setOpen(true)
          setActive(0)
        }}
        onFocus={(event) => {
          if (typed === null) selectAll(event.currentTarget)
        }}
        onClick={(event) => {
          if (typed === null) selectAll(event.currentTarget)
          unfold()
        }}
        onBlur={() => {
          settle()
          setOpen(false)
        }}
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
            <span className={styles.label}>{choice.label}</span>
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

/** The one choice that a text can mean: the one it names, or the only one that holds it. */
function onlyMatch(choices: Choice[], typed: string): Choice | undefined {
  const text = typed.trim().toLowerCase()
  const exact = choices.find(
    (choice) => choice.code?.toLowerCase() === text || choice.label.toLowerCase() === text,
  )
  const found = choicesFor(choices, typed)
  return exact ?? (found.length === 1 ? found[0] : undefined)
}

/** Choices that hold every typed word; those whose code opens with the text come first. */
export function choicesFor(choices: Choice[], typed: string): Choice[] {
  const words = typed
    .toLowerCase()
    .split(/[\s·]+/)
    .filter(Boolean)
  const found = choices.filter((choice) => {
    const text = `${choice.code ?? ''} ${choice.label} ${choice.detail ?? ''}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const first = words[0] ?? ''
  const opens = (choice: Choice) => ((choice.code ?? choice.label).toLowerCase().startsWith(first) ? 0 : 1)
  return found.sort((a, b) => opens(a) - opens(b)).slice(0, CHOICES_SHOWN_MAX)
}

/** What is typed takes its place. Backwards, so that a narrow field shows where the text begins: with the code. */
function selectAll(field: HTMLInputElement): void {
  field.setSelectionRange(0, field.value.length, 'backward')
}
