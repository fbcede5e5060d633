import type { Transfer } from './transfer.ts'

const WEIGHTS = [3, 7, 1, 3, 7, 1, 3, 7, 1]

/** Whether the text can name a bank on that rail: by ACH nine digits of which the last checks the others (ABA), else a BIC (ISO 9362). */
export function isRoutingNumber(rail: Transfer['rail'], text: string): boolean {
  if (rail !== 'ach') return /^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/.test(text)
  if (!/^\d{9}$/.test(text)) return false
  return WEIGHTS.reduce((sum, weight, place) => sum + weight * Number(text[place]), 0) % 10 === 0
}
