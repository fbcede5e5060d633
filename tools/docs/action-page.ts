import type { Access } from '@countersign/kernel/access/access.ts'
import { rulesDeclaredWhere } from '@countersign/kernel/approvals/approval-policy.ts'
import { ruleSentence } from '@countersign/kernel/approvals/rule-sentence.ts'
import { scopesOf } from '@countersign/kernel/approvals/ruled-actions.ts'
import type { BoundAction } from '@countersign/kernel/console.ts'
import { english } from '@countersign/kernel/languages/make-teller.ts'
import { z } from 'zod'

const HOUR_S = 3600

/** An action's page for the people who ask for it and those who check it: Markdown, made of its declaration alone. */
export function actionPage(action: BoundAction, access: Access): string {
  const { present, approvals, door } = action
  const titled = { type: action.name, title: present.title, scopes: scopesOf(action) }
  const needsDigest = action.risk === 'high' || action.risk === 'critical'
  return [
    `# ${english(present.title)}`,
    `\`${action.name}\`${present.help ? `: ${english(present.help)}` : ''}`,
    table(
      ['', ''],
      [
        ['console', action.console],
        ['acts on', `\`${action.targetKind}\``],
        ['risk', `${action.risk}${needsDigest ? ' (the digest of a preview is needed)' : ''}`],
        ['moves money', action.movesMoney ? 'yes' : 'no'],
        [
          'effect',
          action.connectors.length > 0
            ? `at the upstream ${action.connectors.map((name) => `\`${name}\``).join(' or ')}, once`
            : 'recorded here, at once',
        ],
        ['asked for by', roleList(access.rolesFor(action.name))],
        ['countersigned by', countersigners(action)],
        ...rulesDeclaredWhere(action).map((rule) => ['and', english(ruleSentence(rule, [titled]))]),
        ...(approvals.required > 0
          ? [['an answer is due within', `${approvals.expiresInS / HOUR_S} hours`]]
          : []),
        ...(action.inverse ? [['taken back by', `[\`${action.inverse}\`](${action.inverse}.md)`]] : []),
        ...(action.excludes.length > 0
          ? [['instead of', action.excludes.map((name) => `[\`${name}\`](${name}.md)`).join(', ')]]
          : []),
      ],
    ),
    'The approval policy of the console can ask for more, under conditions; it is data and has a version.',
    '## Input',
    inputTable(action.offeredSchema),
    '## Reasons',
    table(
      ['code', 'meaning', 'note'],
      action.reasons.map(({ code, title, noteRequired }) => [
        `\`${code}\``,
        english(title),
        noteRequired ? 'required' : '',
      ]),
    ),
    '## Doors',
    table(
      ['request', 'for'],
      [
        [`\`POST /v1/actions/${action.name}/preview\``, 'what it would do, and who must agree'],
        [`\`POST /v1/actions/${action.name}\``, 'asking for it, with an `Idempotency-Key`'],
        ...(door
          ? [
              [
                `\`${door.method} ${door.path}\` with ${members(door.body)}`,
                'the same, previewed and bound in one step',
              ],
            ]
          : []),
      ],
    ),
  ]
    .join('\n\n')
    .concat('\n')
}

/** The list of all actions, by console. */
export function actionIndex(actions: readonly BoundAction[]): string {
  const rows = [...actions]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((action) => [
      `[\`${action.name}\`](${action.name}.md)`,
      english(action.present.title),
      action.risk,
      action.movesMoney ? 'yes' : 'no',
      String(action.approvals.required),
    ])
  return [
    '# Actions',
    'Everything an operator can do, from the declarations (`npm run docs` writes these pages).',
    table(['action', '', 'risk', 'moves money', 'countersigned by'], rows),
  ]
    .join('\n\n')
    .concat('\n')
}

function countersigners({ approvals }: BoundAction): string {
  if (approvals.required === 0) return 'nobody'
  const people = approvals.required === 1 ? 'one other person' : `${approvals.required} other people`
  return `${people}: ${roleList(approvals.eligibleRoles)}`
}

function roleList(roles: readonly string[]): string {
  return roles.length === 0 ? 'nobody' : roles.map((role) => `\`${role}\``).join(', ')
}

function inputTable(schema: z.ZodObject): string {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
  }) as {
    properties?: Record<string, { type?: string; title?: string; description?: string }>
    required?: string[]
  }
  const rows = Object.entries(properties).map(([name, property]) => [
    `\`${name}\``,
    property.type ?? '',
    required.includes(name) ? 'yes' : 'no',
    [property.title, property.description].filter(Boolean).join(': '),
  ])
  return rows.length === 0 ? 'None.' : table(['member', 'type', 'required', 'meaning'], rows)
}

function members(body: z.ZodObject): string {
  return `\`{${Object.keys(body.shape).join(', ')}}\``
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
