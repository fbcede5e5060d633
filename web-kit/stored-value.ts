import { useSyncExternalStore } from 'react'

/** A choice of the person on this browser, kept in local storage and shared by every tab. */
export type StoredValue<Value extends string> = {
  read: () => Value
  write: (value: Value) => void
  subscribe: (changed: () => void) => () => void
}

export function storedValue<Value extends string>(
  key: string,
  allowed: readonly Value[],
  fallback: Value,
): StoredValue<Value> {
  const listeners = new Set<() => void>()
  const notify = () => {
    for (const listener of listeners) listener()
  }
  return {
    read() {
      const found = localStorage.getItem(key)
      return allowed.find((value) => value === found) ?? fallback
    },
    write(value) {
      localStorage.setItem(key, value)
      notify()
    },
    subscribe(changed) {
      listeners.add(changed)
      window.addEventListener('storage', changed)
      return () => {
        listeners.delete(changed)
        window.removeEventListener('storage', changed)
      }
    },
  }
}

export function useStoredValue<Value extends string>(value: StoredValue<Value>): Value {
  return useSyncExternalStore(value.subscribe, value.read)
}
