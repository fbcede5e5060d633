import type { Kernel } from '@countersign/kernel/kernel.ts'

/** What a gateway was called when it was last heard of. */
export async function gatewayName({ pool }: Pick<Kernel, 'pool'>, id: string): Promise<string | undefined> {
  const { rows } = await pool.query<{ title: string }>({
    name: 'platform-gateway-name',
    text: "SELECT title FROM kernel.search_entity WHERE kind = 'gateway' AND id = $1",
    values: [id],
  })
  return rows[0]?.title
}
