import { useQuery } from '@tanstack/react-query'
import { useClient } from '../client-context.tsx'
import { actionsQuery } from '../queries.ts'
import { reasonWords, titledReason } from './reason-words.ts'

/** Why a record is as it is, where it keeps the code that `action` was given: in the words that the form has for it. */
export function GivenReason({ code, action }: { code: string; action: string }) {
  const declared = useQuery(actionsQuery(useClient())).data ?? []
  return reasonWords(titledReason(code, declared, action))
}
