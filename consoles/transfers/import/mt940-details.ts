/** What tag 86 says of the entry before it. */
export type Mt940Details = {
  /** As sent, lines joined by a blank where the bank broke words, none where it did not. */
  text: string
  /** German business transaction code, three digits. */
  businessCode?: string
  postingText?: string
  endToEndId?: string
  mandateId?: string
  customerReference?: string
  remittance?: string
  name?: string
  account?: string
}

/** SEPA fields inside the remittance of German statements (Deutsche Kreditwirtschaft, Anlage 3, field 86). */
const SEPA_FIELDS = /(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP|MDAT|RCUR)\+/

/** Code words of Dutch statements: `/EREF/…/NAME/…/REMI/…`. */
const SLASH_FIELDS =
  /\/(TRTP|IBAN|BIC|NAME|REMI|EREF|MARF|CSID|BENM|ORDP|ISDT|RTRN|PREF|TRCD|ADDR|ULTB|ULTD|PURP|OCMT|CHGS)\//

/** Reads tag 86: the German form (`166?00…?20…`), the Dutch form (`/EREF/…`), else plain text. */
export function readDetails(content: string): Mt940Details {
  const joined = content.replaceAll('\n', '')
  const code = /^(\d{3})(?=([?>\u00f5@~]).{2})/.exec(joined)
  if (code?.[1] !== undefined && code[2] !== undefined) {
    return germanDetails(content, code[1], joined.slice(3), code[2])
  }
  const text = content.replaceAll('\n', ' ').trim()
  if (SLASH_FIELDS.test(joined)) {
    const fields = splitFields(joined, SLASH_FIELDS)
    return withoutEmpty({
      text,
      endToEndId: referenceOf(fields.get('EREF')),
      mandateId: referenceOf(fields.get('MARF')),
      remittance: fields.get('REMI'),
      name: fields.get('NAME'),
      account: fields.get('IBAN'),
    })
  }
  return { text }
}

function germanDetails(content: string, businessCode: string, body: string, separator: string): Mt940Details {
  const fields = new Map<string, string>()
  for (const part of body.split(separator).slice(1)) {
    const key = part.slice(0, 2)
    fields.set(key, (fields.get(key) ?? '') + part.slice(2))
  }
  const remittance = [...fields]
    .filter(([key]) => /^(2\d|6[0-3])$/.test(key))
    .map(([, value]) => value)
    .join('')
  const sepa = SEPA_FIELDS.test(remittance) ? splitFields(remittance, SEPA_FIELDS) : undefined
  return withoutEmpty({
    text: content.replaceAll('\n', ''),
    businessCode,
    postingText: fields.get('00'),
    endToEndId: referenceOf(sepa?.get('EREF')),
    mandateId: referenceOf(sepa?.get('MREF')),
    customerReference: referenceOf(sepa?.get('KREF')),
    remittance: sepa ? (sepa.get('SVWZ') ?? sepa.get('')) : remittance,
    name: `${fields.get('32') ?? ''}${fields.get('33') ?? ''}`.trim(),
    account: fields.get('31'),
  })
}

/** `EREF+a MREF+b` → EREF: a, MREF: b; what stands before the first field has the empty name. */
function splitFields(text: string, pattern: RegExp): Map<string, string> {
  const parts = text.split(new RegExp(pattern.source))
  const fields = new Map<string, string>([['', (parts[0] ?? '').trim()]])
  for (let index = 1; index < parts.length; index += 2) {
    fields.set(parts[index] ?? '', (parts[index + 1] ?? '').trim())
  }
  return fields
}

function referenceOf(text: string | undefined): string | undefined {
  return text === 'NOTPROVIDED' || text === 'NONREF' ? undefined : text
}

function withoutEmpty(details: Mt940Details): Mt940Details {
  const entries = Object.entries(details).filter(([, value]) => value !== undefined && value !== '')
  return { ...Object.fromEntries(entries), text: details.text }
}
