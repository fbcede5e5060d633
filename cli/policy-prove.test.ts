import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const directory = mkdtempSync(join(tmpdir(), 'countersign-prove-'))
afterAll(() => rmSync(directory, { recursive: true }))
const inside = (file: string) => join(directory, file)
/** Enumerating every case takes a while where the machine is busy. */
const PATIENT_MS = 120_000

type Run = { code: number; stdout: string; stderr: string }
function prove(...args: readonly string[]): Promise<Run> {
  const program = fileURLToPath(new URL('./countersign.mjs', import.meta.url))
  return new Promise((done) => {
    execFile(
      process.execPath,
      [program, 'policy', 'prove', ...args],
      { env: { PATH: process.env.PATH } },
      (error, stdout, stderr) => done({ code: Number(error?.code ?? 0), stdout, stderr }),
    )
  })
}

test(
  'K-10 O-14 policy prove says what holds, in how many cases, and writes it for an auditor as HTML and JSON',
  async () => {
    const html = inside('reports/proof.html')
    const json = inside('reports/proof.json')
    const { code, stdout, stderr } = await prove('--report', html, '--report', json)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const proof = JSON.parse(readFileSync(json, 'utf8'))
    expect(proof).toMatchObject({ holds: true, rules: expect.stringMatching(/^[0-9a-f]{16}$/) })
    const { properties, cases, roles, role_sets } = proof.counts
    expect(stdout).toContain(
      `${properties} of ${properties} properties hold, in ${cases} cases: ${role_sets} sets of ${roles} roles`,
    )
    expect(stdout).toContain('holds   Nobody agrees to what they have asked for themselves.')
    expect(stdout).toContain(`Written: ${html}\nWritten: ${json}\n`)
    const page = readFileSync(html, 'utf8')
    expect(page).toContain(`All ${properties} statements hold.`)
    expect(page).toContain('agree to “Return transfer”')
    expect(page).toContain(proof.rules)
  },
  PATIENT_MS,
)

test(
  'K-10 a draft that breaks a property is answered with 1 and the case in which it does',
  async () => {
    const draft = inside('loose.cedar')
    writeFileSync(
      draft,
      '@id("loose") permit (principal in Role::"platform/OPS_ADMIN", action == Action::"transfers:read", resource);',
    )
    const json = inside('broken.json')
    const { code, stdout, stderr } = await prove('--draft', draft, '--report', json)
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toMatch(
      /broken {2}Nobody who runs the platform may read [^\n]*\n {10}Somebody with the role Operations administrator \(platform\/OPS_ADMIN\) may read the records of Transfers, [^\n]*: permitted by loose\.\n/,
    )
    const proof = JSON.parse(readFileSync(json, 'utf8'))
    expect(proof).toMatchObject({ draft: 'loose.cedar', holds: false })
    expect(proof.properties.filter(({ broken }: { broken: number }) => broken > 0)).toMatchObject([
      {
        name: 'platform-keeps-out-of-finance',
        counterexamples: [
          { roles: ['platform/OPS_ADMIN'], permission: 'transfers:read' },
          { kind: 'machine' },
        ],
      },
    ])
  },
  PATIENT_MS,
)

test(
  'K-10 what cannot be proved or written is refused with 2 and why, before anything is proved',
  async () => {
    const wrong = inside('wrong.cedar')
    writeFileSync(
      wrong,
      '@id("wrong") permit (principal in Role::"transfers/OPS", action == Action::"no.such", resource);',
    )
    const refused = async (...args: string[]) => {
      const { code, stdout, stderr } = await prove(...args)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      return stderr
    }
    expect(await refused('--report', 'proof.pdf')).toContain('ends in .html or .json')
    expect(await refused('--draft', inside('rules.txt'))).toContain('ends in .cedar')
    expect(await refused('--draft', inside('missing.cedar'))).toContain('cannot be read (ENOENT)')
    expect(await refused('--draft', wrong)).toMatch(/would not start[\s\S]*no\.such/)
    expect(await refused('--everything')).toContain("unknown option '--everything'")
  },
  PATIENT_MS,
)
