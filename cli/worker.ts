import type { Command } from 'commander'
import { runProcess } from './run-process.ts'

/** `countersign worker`: dispatcher, sequencer, projections and checkpoint signer, in this process. */
export function addWorkerCommand(program: Command): void {
  program
    .command('worker')
    .description('run the worker: dispatcher, sequencer, projections, checkpoint signer')
    .action(() => runProcess('worker'))
}
