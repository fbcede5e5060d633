/** What an ISO 20022 message is, by its business area and number (iso20022.org message catalogue). */
const MESSAGES: Readonly<Record<string, string>> = {
  'camt.003': 'a request for account information',
  'camt.004': 'a report on account information',
  'camt.026': 'a claim of inability to apply',
  'camt.027': 'a claim of non-receipt',
  'camt.029': 'a resolution of an investigation',
  'camt.055': "a customer's request to cancel payments",
  'camt.056': 'a request between banks to cancel payments',
  'camt.060': 'a request for account reports',
  'camt.086': 'a billing statement of services',
  'pain.001': 'a payment initiation',
  'pain.002': 'a payment status report',
  'pain.007': 'a reversal of payments by a customer',
  'pain.008': 'a direct debit initiation',
  'pacs.002': 'a payment status report between banks',
  'pacs.003': 'a direct debit between banks',
  'pacs.004': 'a payment return between banks',
  'pacs.007': 'a payment reversal between banks',
  'pacs.008': 'a customer credit transfer between banks',
  'pacs.009': 'a credit transfer of banks between themselves',
}

const AREAS: Readonly<Record<string, string>> = {
  acmt: 'an account management message',
  admi: 'an administration message',
  auth: 'a message for authorities',
  camt: 'a cash management message',
  pacs: 'a clearing and settlement message',
  pain: 'a payment initiation message',
  reda: 'a reference data message',
  remt: 'a remittance advice',
  seev: 'a securities events message',
  semt: 'a securities management message',
  sese: 'a securities settlement message',
  setr: 'a securities trade message',
}

/** Messages that are often sent without a namespace, by the element that holds them. */
const MESSAGE_OF_ELEMENT: Readonly<Record<string, string>> = {
  BkToCstmrAcctRpt: 'camt.052',
  BkToCstmrStmt: 'camt.053',
  BkToCstmrDbtCdtNtfctn: 'camt.054',
  CstmrCdtTrfInitn: 'pain.001',
  CstmrPmtStsRpt: 'pain.002',
  CstmrPmtRvsl: 'pain.007',
  CstmrDrctDbtInitn: 'pain.008',
  FIToFIPmtStsRpt: 'pacs.002',
  FIToFICstmrDrctDbt: 'pacs.003',
  PmtRtr: 'pacs.004',
  FIToFICstmrCdtTrf: 'pacs.008',
  FICdtTrf: 'pacs.009',
  FinInstnCdtTrf: 'pacs.009',
}

/** The name that an ISO 20022 namespace ends with, whoever published the schema: `camt.053.001.04`. */
export function messageOfNamespace(namespace: string): string | undefined {
  return /(?:^|[:/])([a-z]{4}\.\d{3}\.\d{3}\.\d{2})(?:$|[:./])/.exec(namespace)?.[1]
}

/** The message that an element holds, where its name alone tells: `BkToCstmrStmt` → `camt.053`. */
export function messageOfElement(element: string): string | undefined {
  return MESSAGE_OF_ELEMENT[element]
}

/** In words, what a message is: `a payment initiation`. */
export function describeMessage(message: string): string {
  return MESSAGES[message.slice(0, 8)] ?? AREAS[message.slice(0, 4)] ?? 'another ISO 20022 message'
}
