import { useText } from '@countersign/web-kit/messages.ts'

/** Below this nobody would see it (K-24). */
const SHOWN_MS = 2_000

/** How far a projection is behind what is committed. */
export function Behind({ ms }: { ms: number }) {
  const t = useText()
  return ms <= SHOWN_MS
    ? t('system.projection.notBehind')
    : t('system.projection.seconds', { seconds: Math.round(ms / 1000) })
}
