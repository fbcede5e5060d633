import { say, written } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'

/** The console that a limit or a list says it is of. */
export const consoleMember = z
  .string()
  .regex(/^[a-z]{1,32}$/, written(say`must be the name of a console, such as platform`))
