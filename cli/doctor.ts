import { printEffectiveConfig } from '@countersign/server/config.ts'
import type { Command } from 'commander'
import { commandEnvironment } from './command-environment.ts'
import { checkInstallation, type Finding } from './doctor-checks.ts'

const MARK = { ok: '✓', warning: '!', failure: '✗' } as const

/** `countersign doctor`: what is wrong with this installation, and what to do about it. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description(
      'check configuration, database, migrations, clock, keys and reachability, and say what to do',
    )
    .option('--json', 'one JSON object with the findings')
    .option('--config', 'also print the effective configuration, secrets hidden')
    .action(async ({ json, config }: { json?: true; config?: true }) => {
      const findings = await checkInstallation(process.env)
      const failed = findings.some(({ verdict }) => verdict === 'failure')
      if (json) console.log(JSON.stringify({ ok: !failed, findings }))
      else {
        for (const finding of findings) console.log(line(finding))
        if (config) printConfiguration()
        console.log(failed ? '\nSomething needs attention.' : '\nNothing stands in the way.')
      }
      if (failed) process.exitCode = 1
    })
}

function line({ what, verdict, detail, remedy }: Finding): string {
  const head = `${MARK[verdict]} ${what}: ${detail}`
  return remedy === undefined ? head : `${head}\n    → ${remedy}`
}

function printConfiguration(): void {
  for (const which of ['server', 'worker'] as const) {
    console.log(`\n${which}\n${printEffectiveConfig(which, commandEnvironment(which, process.env))}`)
  }
}
