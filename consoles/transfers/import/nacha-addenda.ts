import { NACHA_RETURN_CODES } from '../reason-codes/nacha-return-codes.ts'
import type { AchChange, AchReturn } from './ach-entry.ts'
import { refusedAt } from './import-refusal.ts'
import { alphanumeric, date, integer } from './nacha-fields.ts'
import type { NachaLine } from './nacha-lines.ts'

const RETURN_CODE = /^R\d\d$/
const CHANGE_CODE = /^C\d\d$/

/** What an addenda record adds to its entry. */
export type Addenda = {
  type: string
  text: string
  return?: AchReturn
  change?: AchChange
  /** IAT addenda 10: who receives. */
  receiverName?: string
  /** IAT addenda 11: who originates. */
  originatorName?: string
}

/**
 * Reads record type 7: 02 (terminal), 05 (payment information), 10 to 18 (IAT), 98 (notification of change), 99 (return, dishonoured
 * or contested return). Refuses any other type.
 */
export function readAddenda(line: NachaLine, international: boolean): Addenda {
  const type = line.text.slice(1, 3)
  switch (type) {
    case '05':
      return { type, text: alphanumeric(line, 4, 83) }
    case '99':
      return { type, text: alphanumeric(line, 2, 79), return: readReturn(line, international) }
    case '98':
      return { type, text: alphanumeric(line, 2, 79), change: readChange(line, international) }
    case '02':
      return { type, text: alphanumeric(line, 2, 79) }
    case '10':
    case '11':
    case '12':
    case '13':
    case '14':
    case '15':
    case '16':
    case '17':
    case '18':
      return readInternational(line, type, international)
    default:
      throw refusedAt(
        line.number,
        2,
        `Addenda type ${JSON.stringify(type)} is unknown; allowed are 02, 05, 10 to 18, 98 and 99.`,
      )
  }
}

/** Refuses addenda 05 whose sequence number or entry sequence number does not fit where they stand. */
export function checkAddendaSequence(line: NachaLine, expected: number, entryTrace: string): void {
  const sequence = integer(line, 84, 87, 'The addenda sequence number')
  if (sequence !== expected) {
    throw refusedAt(line.number, 84, `Addenda sequence number ${sequence} should be ${expected}.`)
  }
  const entry = line.text.slice(87, 94)
  if (entry !== entryTrace.slice(8)) {
    throw refusedAt(
      line.number,
      88,
      `The addenda names entry ${entry}, but it follows entry ${entryTrace.slice(8)} (last seven digits of its trace number).`,
    )
  }
}

function readInternational(line: NachaLine, type: string, international: boolean): Addenda {
  if (!international) {
    throw refusedAt(line.number, 2, `Addenda type ${type} belongs to IAT batches only.`)
  }
  const addenda: Addenda = { type, text: alphanumeric(line, 2, 87) }
  if (type === '10') addenda.receiverName = alphanumeric(line, 47, 81)
  if (type === '11') addenda.originatorName = alphanumeric(line, 4, 38)
  return addenda
}

function readReturn(line: NachaLine, international: boolean): AchReturn {
  const code = line.text.slice(3, 6)
  if (!RETURN_CODE.test(code)) {
    throw refusedAt(
      line.number,
      4,
      `Return reason code ${JSON.stringify(code)} is not of the form R01 to R99.`,
    )
  }
  const use = NACHA_RETURN_CODES.get(code)?.use ?? 'return'
  const found: AchReturn = {
    code,
    original_trace: alphanumeric(line, 7, 21),
    original_rdfi: alphanumeric(line, 28, 35),
    addenda_information: '',
  }
  switch (use) {
    case 'contest':
      // Dates and trace numbers of the whole exchange fill the record; there is no free text.
      return found
    case 'dishonour':
      return { ...found, addenda_information: alphanumeric(line, 59, 79) }
    case 'return': {
      const information = alphanumeric(line, international ? 46 : 36, 79)
      const death = date(line, 22, 'The date of death')
      return { ...found, addenda_information: information, ...(death && { date_of_death: death }) }
    }
  }
}

function readChange(line: NachaLine, international: boolean): AchChange {
  const code = line.text.slice(3, 6)
  if (!CHANGE_CODE.test(code)) {
    throw refusedAt(line.number, 4, `Change code ${JSON.stringify(code)} is not of the form C01 to C99.`)
  }
  return {
    code,
    original_trace: alphanumeric(line, 7, 21),
    corrected_data: alphanumeric(line, 36, international ? 70 : 64),
  }
}
