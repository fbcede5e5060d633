import { createContext, type ReactNode, use, useEffect, useMemo, useRef, useSyncExternalStore } from 'react'

/** What a key does, for as long as the component that says so is on the screen. */
export type KeyBinding = {
  /** `j`, `?`, `ArrowDown`, `Enter`, `mod+Enter` (⌘ or Ctrl). */
  keys: string
  label: string
  run: () => void
  /** Whether the key counts just now. */
  when?: () => boolean
  /** Also while typing in a field, or in the one that it is true of; only chords should. */
  whileTyping?: boolean | ((field: EventTarget | null) => boolean)
}

type Layer = { id: number; group: string; bindings: KeyBinding[]; modal: boolean }

function createKeymap() {
  let layers: Layer[] = []
  let nextId = 1
  const listeners = new Set<() => void>()
  const changed = () => {
    for (const listener of listeners) listener()
  }
  return {
    add(group: string, bindings: KeyBinding[], modal: boolean): () => void {
      const layer: Layer = { id: nextId++, group, bindings, modal }
      layers = [...layers, layer]
      changed()
      return () => {
        layers = layers.filter((one) => one.id !== layer.id)
        changed()
      }
    },
    layers: () => layers,
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    /** Runs the newest binding for the event; true if one took it. */
    handle(event: KeyboardEvent): boolean {
      if (event.defaultPrevented || event.isComposing) return false
      const typing = isTyping(event.target)
      const modal = layers.findLast((layer) => layer.modal)
      const live = modal === undefined ? layers : [modal]
      for (const layer of live.toReversed()) {
        for (const binding of layer.bindings) {
          if (!matches(binding.keys, event)) continue
          if (typing && !countsIn(binding, event.target)) continue
          if (binding.when?.() === false) continue
          event.preventDefault()
          binding.run()
          return true
        }
      }
      return false
    },
  }
}

export type Keymap = ReturnType<typeof createKeymap>

const KeymapContext = createContext<Keymap | null>(null)

export function KeymapProvider({ children }: { children: ReactNode }) {
  const keymap = useMemo(createKeymap, [])
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => keymap.handle(event)
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [keymap])
  return <KeymapContext value={keymap}>{children}</KeymapContext>
}

function useKeymap(): Keymap {
  const keymap = use(KeymapContext)
  if (keymap === null) throw new Error('useKeys needs a KeymapProvider above it.')
  return keymap
}

/** Binds keys while the component is mounted. A `modal` group silences all others, the newest other modal ones. */
export function useKeys(group: string, bindings: KeyBinding[], options: { modal?: boolean } = {}): void {
  const keymap = useKeymap()
  const latest = useRef(bindings)
  latest.current = bindings
  const modal = options.modal ?? false
  const shape = bindings.map((one) => `${one.keys} ${one.label}`).join('\n')
  useEffect(() => {
    const live = shape.split('\n').flatMap((_, at): KeyBinding[] => {
      const now = latest.current[at]
      if (now === undefined) return []
      return [
        {
          keys: now.keys,
          label: now.label,
          whileTyping: (field) => countsIn(latest.current[at], field),
          run: () => latest.current[at]?.run(),
          when: () => latest.current[at]?.when?.() ?? true,
        },
      ]
    })
    return keymap.add(group, live, modal)
  }, [keymap, group, shape, modal])
}

/** Every key that counts now, by group, for the list that `?` opens. */
export function useKeyList(): { group: string; bindings: KeyBinding[] }[] {
  const keymap = useKeymap()
  const layers = useSyncExternalStore(keymap.subscribe, keymap.layers)
  const groups = new Map<string, KeyBinding[]>()
  for (const layer of layers) {
    const named = layer.bindings.filter((binding) => binding.label !== '')
    groups.set(layer.group, [...(groups.get(layer.group) ?? []), ...named])
  }
  return [...groups]
    .filter(([, bindings]) => bindings.length > 0)
    .map(([group, bindings]) => ({ group, bindings }))
}

function countsIn(binding: KeyBinding | undefined, field: EventTarget | null): boolean {
  const { whileTyping = false } = binding ?? {}
  return typeof whileTyping === 'function' ? whileTyping(field) : whileTyping
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type)
  return (
    target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
  )
}

function matches(keys: string, event: KeyboardEvent): boolean {
  const parts = keys.split('+')
  const key = parts.at(-1) ?? ''
  const wantsMod = parts.includes('mod')
  if (wantsMod !== (event.metaKey || event.ctrlKey) || event.altKey) return false
  // Enter and Space on a control that has focus are the control's own.
  if (!wantsMod && key === 'Enter' && isControl(event.target)) return false
  const typed = latinKey(event)
  return typed === key || (key.length === 1 && typed.toLowerCase() === key && !event.shiftKey)
}

const SIGNS: Record<string, readonly [plain: string, shifted: string]> = {
  Slash: ['/', '?'],
  Period: ['.', '>'],
}

/** The key that was pressed; on a keyboard of other letters than Latin ones, what is printed beside them. */
function latinKey({ key, code, shiftKey }: KeyboardEvent): string {
  if (!/^\P{ASCII}$/u.test(key)) return key
  const letter = /^Key([A-Z])$/.exec(code)?.[1]
  if (letter !== undefined) return shiftKey ? letter : letter.toLowerCase()
  return SIGNS[code]?.[shiftKey ? 1 : 0] ?? key
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('a, button, summary, [role="menuitem"]') !== null
}
