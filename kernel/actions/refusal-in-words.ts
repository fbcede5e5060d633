import { type Said, say } from '../languages/say.ts'

/** What a routine refuses, as it words it, and the sentence that people are told. */
const REFUSALS: readonly (readonly [RegExp, (...found: string[]) => Said])[] = [
  [/^request (\S+) has moved$/, (id) => say`Request ${id} has moved.`],
  [/^request (\S+) expired at (.+)$/, (id, at) => say`Request ${id} expired at ${at}.`],
  [
    /^request (\S+) is (\w+), at revision (\d+)$/,
    (id, state, n) => say`Request ${id} is ${state}, at revision ${n}.`,
  ],
  [
    /^request (\S+) is at revision (\d+), not (\d+)$/,
    (id, is, not) => say`Request ${id} is at revision ${is}, not ${not}.`,
  ],
  [/^request (\S+) lacks its quorum of (\d+)$/, (id, n) => say`Request ${id} lacks its quorum of ${n}.`],
  [/^request (\S+) has been rejected$/, (id) => say`Request ${id} has been rejected.`],
  [/^request (\S+) is not due$/, (id) => say`Request ${id} is not due.`],
  [
    /^request (\S+) has been taken back, or is being$/,
    (id) => say`Request ${id} has been taken back, or is being.`,
  ],
  [
    /^request (\S+) is not one that this takes back$/,
    (id) => say`Request ${id} is not one that this takes back.`,
  ],
  [/^the emergency of request (\S+) is over$/, (id) => say`The emergency of request ${id} is over.`],
  [/^nobody renews an emergency of their own$/, () => say`Nobody renews an emergency of their own.`],
  [/^nobody decides on their own request$/, () => say`Nobody decides on their own request.`],
  [/^(\S+) holds none of the eligible roles$/, (id) => say`${id} holds none of the eligible roles.`],
  [
    /^(\S+) has decided on this revision with another account$/,
    (id) => say`${id} has decided on this revision with another account.`,
  ],
  [/^(\S+) is not an active person$/, (id) => say`${id} is not an active person.`],
  [/^this is signed within (\d+) s of signing in$/, (s) => say`This is signed within ${s} s of signing in.`],
  [/^only its requester cancels request (\S+)$/, (id) => say`Only its requester cancels request ${id}.`],
  [
    /^only its requester changes or cancels request (\S+)$/,
    (id) => say`Only its requester changes or cancels request ${id}.`,
  ],
  [
    /^(\S+) is the last active holder of (\S+)$/,
    (id, role) => say`${id} is the last active ${role}. Give the role to somebody else first.`,
  ],
  [/^the session is over already$/, () => say`The session is over already.`],
  [/^more has been asked for meanwhile$/, () => say`More has been asked for meanwhile.`],
  [/^something else is open on it$/, () => say`Something else is open on it.`],
  [/^a file on (\S+) is under a legal hold$/, (subject) => say`A file on ${subject} is under a legal hold.`],
  [
    /^the time for which it is scheduled is over, or later than its approval holds$/,
    () => say`The time for which it is scheduled is over, or later than its approval holds.`,
  ],
]

/** A routine's refusal as a sentence; what is met only where something is at fault stays in the routine's words. */
export function refusalInWords(message: string): Said | string {
  for (const [form, said] of REFUSALS) {
    const found = form.exec(message)
    if (found) return said(...found.slice(1))
  }
  const text = message.charAt(0).toUpperCase() + message.slice(1)
  return text.endsWith('.') ? text : `${text}.`
}
