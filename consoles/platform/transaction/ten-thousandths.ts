/** `1204.5` as 12045000, of an amount with at most four digits after the point: no amount passes through a float. */
export function tenThousandths(amount: string): bigint {
  const [whole = '0', fraction = ''] = amount.split('.')
  return BigInt(whole) * 10_000n + BigInt(fraction.padEnd(4, '0'))
}
