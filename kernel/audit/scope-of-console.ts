import type { ConsoleDeclaration } from '../console.ts'
import type { AuditScope } from './audit-query.ts'

/** What of the log is a console's own: what its roles did, and what was attempted on what is its. */
export function scopeOfConsole({
  name,
  roles,
}: Pick<ConsoleDeclaration<never>, 'name' | 'roles'>): AuditScope {
  return { roles: roles.map(({ role }) => role), actions: [`${name}.`, `${name}:`] }
}
