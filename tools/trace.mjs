// `npm run trace`: requirements beside the tests that show them.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureInstalled, importTypeScript, repositoryRoot, requireNode } from './bootstrap.mjs'

requireNode()
if (existsSync(join(repositoryRoot, '.cache', 'reports'))) {
  await ensureInstalled()
  const { traceCommand } = await importTypeScript('./trace/trace-command.ts')
  traceCommand()
} else {
  console.error('No test has been run here yet: npm test first, then npm run trace.')
  process.exitCode = 1
}
