// `npm test`: every check and every test, from a fresh clone.
import { ensureInstalled, importTypeScript, requireNode } from './bootstrap.mjs'

requireNode()
await ensureInstalled()
const { testCommand } = await importTypeScript('./test/test-command.ts')
await testCommand()
