import { say } from '@countersign/kernel/languages/say.ts'
import { FEDERAL_RESERVE_HOLIDAYS, TARGET_HOLIDAYS } from '@countersign/kernel/queues/bank-holidays.ts'
import type { BusinessCalendar } from '@countersign/kernel/queues/business-calendar.ts'

const WORKWEEK = ['mon', 'tue', 'wed', 'thu', 'fri'] as const

/** The hours of operations: returns and exceptions wait over night and over bank holidays. */
export const bankDays: BusinessCalendar = {
  name: 'transfers.bankdays',
  title: say`Federal Reserve bank days, 8:00 to 18:00 New York`,
  timeZone: 'America/New_York',
  hours: [{ days: WORKWEEK, from: '08:00', to: '18:00' }],
  cutOff: '17:00',
  holidays: FEDERAL_RESERVE_HOLIDAYS,
}

/** The hours of the compliance desk, which looks at hits on Saturdays too. */
export const complianceDesk: BusinessCalendar = {
  name: 'transfers.compliancedesk',
  title: say`Compliance desk, TARGET days 7:00 to 22:00 and Saturdays to 14:00 Frankfurt`,
  timeZone: 'Europe/Berlin',
  hours: [
    { days: WORKWEEK, from: '07:00', to: '22:00' },
    { days: ['sat'], from: '08:00', to: '14:00' },
  ],
  holidays: TARGET_HOLIDAYS,
}
