import { makeAccess } from '@countersign/kernel/access/access.ts'
import { permissionsOf } from '@countersign/kernel/console.ts'
import { composeConsoles } from '@countersign/server/consoles.ts'
import { roles } from '@countersign/server/roles.ts'
import { actionIndex, actionPage } from './action-page.ts'

/** Declarations are read, and nothing is called. */
const NOWHERE = { url: 'http://127.0.0.1:9', key: 'none' }

/** Every page under `docs/generated` by its path there, from the declarations of the consoles. */
export function generatedDocs(): ReadonlyMap<string, string> {
  const upstreams = { cts: NOWHERE, ledger: NOWHERE, recon: NOWHERE, compliance: NOWHERE }
  const { consoles } = composeConsoles(upstreams, undefined)
  const access = makeAccess({
    roles,
    permissions: permissionsOf(consoles),
    policies: Object.fromEntries(consoles.flatMap((console) => Object.entries(console.policies))),
  })
  const actions = consoles.flatMap((console) => console.actions)
  return new Map([
    ['actions/README.md', actionIndex(actions)],
    ...actions.map((action) => [`actions/${action.name}.md`, actionPage(action, access)] as const),
  ])
}
