import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, extname } from 'node:path'
import { NotReadable } from '@countersign/kernel/audit/verify-log.mjs'
import { proofReport } from '@countersign/kernel/policy-proof/proof-report.ts'
import { type PolicyProof, provePolicies } from '@countersign/kernel/policy-proof/prove-policies.ts'
import { declarations } from '@countersign/server/declarations.ts'
import { roles } from '@countersign/server/roles.ts'
import { type Command, InvalidArgumentError } from 'commander'

/** Answered with a counterexample. */
const BROKEN = 1

type Flags = { report?: readonly string[]; draft?: Draft }
type Draft = { readonly file: string; readonly text: string }

/** `countersign policy prove`: what the rules never allow, whoever asks, or the case in which they do. */
export function addPolicyProve(policy: Command): void {
  policy
    .command('prove')
    .description('prove what the rules never allow, whoever asks; needs no database and changes nothing')
    .option('--report <file>', 'write it for an auditor, as .html or .json; may be given for each', report)
    .option(
      '--draft <file.cedar>',
      'rules to try in place of the installed file of that name, or beside the installed ones',
      draft,
    )
    .action(prove)
}

function prove({ report: files = [], draft: tried }: Flags): void {
  const proof = proved(tried)
  for (const file of files) write(file, proof, tried)
  for (const { sentence, checked, broken, counterexamples } of proof.properties) {
    console.log(`${broken > 0 ? 'broken' : 'holds '}  ${sentence} (${checked} checked)`)
    for (const { says } of counterexamples) console.log(`          ${says}`)
    const more = broken - counterexamples.length
    if (counterexamples.length > 0 && more > 0) console.log(`          and ${more} more`)
  }
  const { properties, counts } = proof
  const held = properties.filter(({ broken }) => broken === 0).length
  console.log(
    `${held} of ${counts.properties} properties hold, in ${counts.cases} cases: ${counts.role_sets} sets of ${counts.roles} roles, ${counts.permissions} permissions, ${counts.policies} policies.`,
  )
  for (const file of files) console.log(`Written: ${file}`)
  if (!proof.holds) process.exitCode = BROKEN
}

function proved(tried: Draft | undefined): PolicyProof {
  const now = new Date()
  if (!tried) return provePolicies({ consoles: declarations, roles, now })
  try {
    return provePolicies({
      consoles: declarations,
      roles,
      draft: { [basename(tried.file)]: tried.text },
      now,
    })
  } catch (error) {
    throw new NotReadable(
      `With ${tried.file} the product would not start, so there is nothing to prove:\n${(error as Error).message}`,
    )
  }
}

function write(file: string, proof: PolicyProof, tried: Draft | undefined): void {
  const text =
    extname(file) === '.json'
      ? `${JSON.stringify({ ...(tried ? { draft: basename(tried.file) } : {}), ...proof }, null, 2)}\n`
      : proofReport(proof, tried && basename(tried.file))
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  } catch (error) {
    throw new NotReadable(`${file} cannot be written (${(error as NodeJS.ErrnoException).code}).`)
  }
}

function report(file: string, before: readonly string[] = []): readonly string[] {
  if (!['.html', '.json'].includes(extname(file))) {
    throw new InvalidArgumentError('It must be a file that ends in .html or .json.')
  }
  return [...before, file]
}

function draft(file: string): Draft {
  if (extname(file) !== '.cedar') throw new InvalidArgumentError('It must be a file that ends in .cedar.')
  try {
    return { file, text: readFileSync(file, 'utf8') }
  } catch (error) {
    throw new InvalidArgumentError(`It cannot be read (${(error as NodeJS.ErrnoException).code}).`)
  }
}
