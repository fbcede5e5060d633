import type { PersonRef } from '@countersign/sdk/wire/values.ts'
import { useQuery } from '@tanstack/react-query'
import { useClient } from './client-context.tsx'
import { rostersQuery } from './queries.ts'

/** The people of a console to choose from, and what an account is called: "Amara Okafor (transfers-ADMIN)". */
export function usePeopleOf(console: string): {
  people: readonly PersonRef[]
  called: (account: string) => string
} {
  const rosters = useQuery(rostersQuery(useClient()))
  const people = rosters.data?.find((one) => one.console === console)?.people ?? []
  return { people, called: (account) => calledOf(people, account) }
}

/** The name with the account behind it; the account alone where no name is known. */
export function calledOf(people: readonly PersonRef[], account: string): string {
  const name = people.find(({ id }) => id === account)?.name ?? account
  return name === account ? account : `${name} (${account})`
}
