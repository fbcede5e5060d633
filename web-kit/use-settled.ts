import { useEffect, useState } from 'react'

/** `value` once it has not changed for `pauseMs`: what a person types is asked about when they pause, not per key. */
export function useSettled<Value>(value: Value, pauseMs: number): Value {
  const key = JSON.stringify(value)
  const [settled, setSettled] = useState({ key, value })
  useEffect(() => {
    if (settled.key === key) return
    const timer = setTimeout(() => setSettled({ key, value: JSON.parse(key) as Value }), pauseMs)
    return () => clearTimeout(timer)
  }, [key, settled.key, pauseMs])
  return settled.value
}
