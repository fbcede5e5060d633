import type { Command } from 'commander'

const HELP = new Set(['--help', '-h'])

/**
 * Help that is asked for on a command that there is not is no answer: without it the command line is refused as unknown.
 *
 * @param args what was typed behind the program's name
 */
export function withoutHelpOnUnknown(program: Command, args: readonly string[]): readonly string[] {
  let command = program
  for (const arg of args) {
    if (arg.startsWith('-') || arg === 'help' || command.commands.length === 0) return args
    const next = command.commands.find((one) => one.name() === arg || one.aliases().includes(arg))
    if (!next) return args.filter((each) => !HELP.has(each))
    command = next
  }
  return args
}
