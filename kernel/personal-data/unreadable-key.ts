import type { Failure } from '../actions/failure.ts'
import { say } from '../languages/say.ts'

/** A subject has a key that the installation's own does not open: damaged, of another installation, or not made by us. */
export class UnreadableKey extends Error {
  readonly subject: string
  constructor(subject: string, cause?: unknown) {
    super(`the key of ${subject} cannot be read`, { cause })
    this.name = 'UnreadableKey'
    this.subject = subject
  }
}

/** What is said of it to whoever writes something that is to be sealed. */
export function unreadableKeyFailure({ subject }: Pick<UnreadableKey, 'subject'>): Failure {
  const [kind = '', ...id] = subject.split('/')
  return {
    kind: 'conflict',
    code: 'key_unreadable',
    message: say`Nothing was done: what is written about ${kind} ${id.join('/')} is kept sealed, and the key for that cannot be read. Actions without a note go on, and those that contain harm. Whoever runs this installation has been told.`,
  }
}
