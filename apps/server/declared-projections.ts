import { kernelConsole } from '@countersign/kernel/kernel-console.ts'
import type { Projection } from '@countersign/kernel/projections/define-projection.ts'
import { transfersConsole } from '@countersign/transfers/console.ts'

/** Every projection of this installation, for commands that need no upstream. */
export function declaredProjections(): readonly Projection[] {
  return [kernelConsole, transfersConsole([])].flatMap((console) => console.projections)
}
