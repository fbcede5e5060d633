/** A demonstration person of the development identity provider: one role each, two people for every role. */
export type Persona = {
  /** `console/ROLE`, and `console/ROLE-2` for the second: how the command line and the sign-in page call them. */
  readonly name: string
  /** `name` with the slash as a dash; the subject of every token. */
  readonly sub: string
  readonly console: string
  readonly roles: readonly string[]
  readonly fullName: string
  readonly email: string
  /** BCP 47, for the claim `lang`. */
  readonly lang: string
}

/** Consoles in the order in which the sign-in page shows them; each role with its two people. */
const ROLES: Readonly<Record<string, Readonly<Record<string, readonly [string, string]>>>> = {
  transfers: {
    OPS: ['Nora Lindqvist', 'Tomás Herrera'],
    COMPLIANCE: ['Priya Raman', 'Jonas Weber'],
    ADMIN: ['Amara Okafor', 'Elise Moreau'],
  },
  platform: {
    PLATFORM_ADMIN: ['Marek Nowak', 'Sofia Rossi'],
    OPS_ADMIN: ['Daniel Kim', 'Hannah Fischer'],
    MERCHANT: ['Rosa Duarte', 'Pieter de Vries'],
  },
  hub: {
    OPERATOR: ['Claire Dubois', 'Samuel Osei'],
  },
  treasury: {
    pay_admin: ['Ingrid Solberg', 'Rafael Mendes'],
    finance_ops: ['Leila Haddad', 'Viktor Petrov'],
    ops: ['Aisha Bello', 'Lukas Novák'],
    FINANCE_ADMIN: ['Margaret Chen', 'Olivier Lambert'],
  },
  marketplace: {
    support_agent: ['Yara Costa', 'Ben Whitfield'],
    risk_agent: ['Mina Sato', 'Kofi Mensah'],
    finance_admin: ['Helena Virtanen', 'Andrés Vega'],
    catalog_admin: ['Zoë Papadaki', 'Emil Larsen'],
    super_admin: ['Judith Adler', 'Omar Farouk'],
  },
  kernel: {
    auditor: ['Beatrix Hoffmann', 'Gabriel Nkemelu'],
  },
}

/** Those who are shown the console in another language than English. */
const LANGUAGES: Readonly<Record<string, string>> = {
  'Claire Dubois': 'fr',
  'Olivier Lambert': 'fr',
  'Leila Haddad': 'ar',
  'Omar Farouk': 'ar',
}

export type Personas = {
  readonly all: readonly Persona[]
  /** @param name `console/ROLE` or `console/ROLE-2` */
  readonly named: (name: string) => Persona | undefined
  readonly of: (sub: string) => Persona | undefined
  /** In the order of the sign-in page. */
  readonly byConsole: ReadonlyMap<string, readonly Persona[]>
}

/**
 * The people who can sign in.
 *
 * @param roles of this installation, `console/ROLE`: one of a console of somebody's own has two people who are called
 *   what they are
 */
export function personasFor(roles: readonly string[]): Personas {
  const own = roles.flatMap((name) => {
    const [console = '', role = ''] = name.split('/')
    return ROLES[console]?.[role] ? [] : [{ console, role, people: [role, `${role} 2`] }]
  })
  const all = [...DEMONSTRATED, ...own].flatMap(({ console, role, people }) =>
    people.map((fullName, index) => persona(console, role, index === 0 ? '' : `-${index + 1}`, fullName)),
  )
  const consoles = [...new Set(all.map(({ console }) => console))]
  return {
    all,
    named: (name) => all.find((each) => each.name === name),
    of: (sub) => all.find((each) => each.sub === sub),
    byConsole: new Map(consoles.map((console) => [console, all.filter((each) => each.console === console)])),
  }
}

const DEMONSTRATED = Object.entries(ROLES).flatMap(([console, roles]) =>
  Object.entries(roles).map(([role, people]) => ({ console, role, people })),
)

/** What every token and the userinfo endpoint say about a persona, beside `sub`. */
export function claimsOf({ roles, fullName, email, lang }: Persona) {
  return { roles: [...roles], name: fullName, email, lang }
}

function persona(console: string, role: string, suffix: string, fullName: string): Persona {
  const name = `${console}/${role}${suffix}`
  return {
    name,
    sub: name.replace('/', '-'),
    console,
    roles: [`${console}/${role}`],
    fullName,
    email: `${mailbox(fullName)}@example.test`,
    lang: LANGUAGES[fullName] ?? 'en',
  }
}

function mailbox(fullName: string): string {
  return fullName
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replaceAll(/[ _]/g, '.')
}
