import type { Client } from '@countersign/sdk/client.ts'
import { createContext, type ReactNode, use } from 'react'

const ClientContext = createContext<Client | null>(null)

export function ClientProvider({ client, children }: { client: Client; children: ReactNode }) {
  return <ClientContext value={client}>{children}</ClientContext>
}

/** The client of the HTTP contract that this page talks through. */
export function useClient(): Client {
  const client = use(ClientContext)
  if (client === null) throw new Error('useClient needs a ClientProvider above it.')
  return client
}
