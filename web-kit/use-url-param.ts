import { useLocation, useNavigate } from '@tanstack/react-router'

type Search = Record<string, unknown>

/** one parameter of the address of whichever page this stands on, so that a link shows the same. Each value is a place to go back to. */
export function useUrlParam(name: string): [string | undefined, (value: string | undefined) => void] {
  const value = useLocation({ select: ({ search }) => (search as Search)[name] })
  const navigate = useNavigate()
  const change = (next: string | undefined) =>
    void navigate({
      to: '.',
      search: ((now: Search) => ({ ...now, [name]: next })) as never,
      resetScroll: false,
    })
  return [value === undefined ? undefined : String(value), change]
}
