import type { Kernel } from '../kernel.ts'

/** The consoles that hear from this upstream what happens there, whether or not their effects go to it. */
export function consolesThatHear(
  { consoles }: Pick<Kernel, 'consoles'>,
  upstream: string,
): readonly string[] {
  return consoles
    .filter(({ ingest }) => ingest.some(({ source }) => source === upstream))
    .map(({ name }) => name)
    .toSorted()
}
