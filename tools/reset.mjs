// `npm run reset`: forgets everything this installation keeps.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ensureInstalled, importTypeScript, repositoryRoot, requireNode } from './bootstrap.mjs'
import { forgetHome } from './home/forget-home.mjs'

requireNode()
const directory = resolve(repositoryRoot, process.env.COUNTERSIGN_HOME || '.countersign')
if (!existsSync(join(directory, 'installation-id'))) {
  console.log(`Nothing to forget: there is no installation in ${directory}.`)
} else if (existsSync(join(directory, 'processes.json'))) {
  // Something of it runs, or was left running: only the product itself can end that in order.
  await ensureInstalled()
  const { resetCommand } = await importTypeScript('./product/reset-command.ts')
  await resetCommand()
} else forgetHome(directory)
