// `npm run trace`: requirements beside the tests that show them.
import { ensureInstalled, importTypeScript, requireNode } from './bootstrap.mjs'

requireNode()
await ensureInstalled()
const { traceCommand } = await importTypeScript('./trace/trace-command.ts')
traceCommand()
