import { say, written } from '@countersign/kernel/languages/say.ts'
import { z } from 'zod'

/** Why, at a door: a code of the action, or words. */
export const reasonOnDoor = z
  .string(written(say`A reason is required for audit compliance`))
  .trim()
  .min(1, written(say`A reason is required for audit compliance`))
