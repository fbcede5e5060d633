import type { Command } from 'commander'
import { runProcess } from './run-process.ts'

/** `countersign serve`: the HTTP API, the console and the live stream, in this process. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('run the server: HTTP API, console, live stream')
    .action(() => runProcess('server'))
}
