// `npm start`: the whole product on this machine, from a fresh clone.
import { ensureInstalled, importTypeScript, requireNode } from './bootstrap.mjs'

requireNode()
await ensureInstalled()
const { startCommand } = await importTypeScript('./product/start-command.ts')
await startCommand()
