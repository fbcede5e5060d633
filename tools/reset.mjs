// `npm run reset`: forgets everything this installation keeps.
import { ensureInstalled, importTypeScript, requireNode } from './bootstrap.mjs'

requireNode()
await ensureInstalled()
const { resetCommand } = await importTypeScript('./product/reset-command.ts')
await resetCommand()
