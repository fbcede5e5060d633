import type { Product } from './product.ts'

/** How often Compliance itself has frozen each of these parties. */
export async function timesFrozen(
  { sandboxUrl }: Pick<Product, 'sandboxUrl'>,
  ids: readonly string[],
): Promise<number[]> {
  const answer = await fetch(`${sandboxUrl}/_sandbox/effects?upstream=compliance&limit=10000`)
  const { effects } = (await answer.json()) as {
    effects: { target: string; operation: string; count: number }[]
  }
  return ids.map((id) =>
    effects.filter(({ target }) => target.includes(id)).reduce((sum, { count }) => sum + count, 0),
  )
}
