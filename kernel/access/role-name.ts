/** The console whose role this is: `transfers` of `transfers/OPS`; empty where a name says none. */
export function consoleOfRole(role: string): string {
  return role.slice(0, Math.max(0, role.indexOf('/')))
}

/** Whether this role is of a console that somebody with these roles is of. */
export function isOfOwnConsole(role: string, actorRoles: readonly string[]): boolean {
  const console = consoleOfRole(role)
  return console !== '' && actorRoles.some((held) => consoleOfRole(held) === console)
}
