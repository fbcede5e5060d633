// `npm run test:faults`: kills at random under load, and every invariant at the end.
import { ensureInstalled, importTypeScript, requireNode } from './bootstrap.mjs'

requireNode()
await ensureInstalled()
const { faultsCommand } = await importTypeScript('../testkit/faults/faults-command.ts')
await faultsCommand(process.argv.slice(2))
