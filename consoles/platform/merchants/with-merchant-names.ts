import type { ListReading } from '@countersign/kernel/entities/define-entity.ts'
import type { Kernel } from '@countersign/kernel/kernel.ts'

type Owned = { readonly merchant_id?: string | undefined }
type Named = { readonly merchant_name?: string }

/** Records of other systems know merchants by their ids; what they are called was told by their own system. One that is not known yet has none. */
export async function withMerchantNames<Record extends Owned>(
  { pool }: Pick<Kernel, 'pool'>,
  records: readonly Record[],
): Promise<(Record & Named)[]> {
  const ids = [...new Set(records.flatMap(({ merchant_id }) => merchant_id ?? []))]
  if (ids.length === 0) return [...records]
  const { rows } = await pool.query<{ merchant_id: string; name: string }>({
    name: 'platform-merchant-names',
    text: 'SELECT merchant_id, name FROM platform.merchant_name WHERE merchant_id = ANY ($1)',
    values: [ids],
  })
  const names = new Map(rows.map(({ merchant_id, name }) => [merchant_id, name]))
  return records.map((record) => {
    const merchant_name = names.get(record.merchant_id ?? '')
    return merchant_name === undefined ? record : { ...record, merchant_name }
  })
}

/** A page of such records, with the names of the merchants in it. */
export async function pageWithMerchantNames<Record extends Owned>(
  kernel: Pick<Kernel, 'pool'>,
  reading: ListReading<Record>,
): Promise<ListReading<Record & Named>> {
  if (reading.status !== 'found') return reading
  const states = await withMerchantNames(
    kernel,
    reading.records.map(({ state }) => state),
  )
  return {
    ...reading,
    records: reading.records.map((record, index) => ({ ...record, state: states[index] ?? record.state })),
  }
}
