/**
 * SQLSTATEs by which PostgreSQL says that it goes away or is not there yet (Appendix A): connection exceptions, too many
 * connections, shutdown, crash of another backend, starting up.
 */
const AWAY = /^(08...|53300|57P0[123])$/
/** Codes of Node's sockets. */
const SOCKET = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
])
/** What `pg` says without a code when the connection ends under a query, or none can be had in time. */
const SAID =
  /^(Connection terminated|Connection ended|Client has encountered a connection error|timeout exceeded when trying to connect)/

/**
 * Whether the database could not be reached, or ended the connection: a matter of the moment, not of what was asked.
 * Whether a transaction that was being committed then holds, nobody knows; its idempotency key tells.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway)
  const { code, message, syscall } = error as { code?: unknown; message?: unknown; syscall?: unknown }
  if (typeof code === 'string' && AWAY.test(code)) return true
  // Without a system call it is no socket's own: an upstream's client wraps what its sockets say.
  if (typeof code === 'string' && SOCKET.has(code)) return typeof syscall === 'string'
  return typeof message === 'string' && SAID.test(message)
}
