import { cpus, release, totalmem, type } from 'node:os'

const GIB = 1024 ** 3

/** What the figures were measured on: ratios travel, figures do not. */
export function describeMachine(postgresVersion: string): string {
  const [core] = cpus()
  return [
    `${cpus().length} cores (${core?.model.trim()}), ${Math.round(totalmem() / GIB)} GiB`,
    `${type()} ${release().split('-')[0]}`,
    `Node.js ${process.versions.node}`,
    `PostgreSQL ${postgresVersion} (fsync, synchronous_commit and full_page_writes on)`,
    'load generator, server, PostgreSQL and sandbox share the cores',
  ].join('; ')
}
