import { declaredConsoles } from '@countersign/server/declared-consoles.ts'
import { actionIndex, actionPage } from './action-page.ts'

/** Every page under `docs/generated` by its path there, from the declarations of the consoles. */
export function generatedDocs(): ReadonlyMap<string, string> {
  const { consoles, access } = declaredConsoles()
  const actions = consoles.flatMap((console) => console.actions)
  return new Map([
    ['actions/README.md', actionIndex(actions)],
    ...actions.map((action) => [`actions/${action.name}.md`, actionPage(action, access)] as const),
  ])
}
