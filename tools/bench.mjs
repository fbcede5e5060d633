// `npm run bench`: the rows of docs/requirements/speed.md, each beside its limit from the same run.
import { ensureInstalled, importTypeScript, requireNode } from './bootstrap.mjs'

requireNode()
await ensureInstalled()
const { benchCommand } = await importTypeScript('../bench/bench-command.ts')
await benchCommand(process.argv.slice(2))
