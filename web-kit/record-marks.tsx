import type { RecordMark } from '@countersign/sdk/wire/values.ts'
import { Badge } from '@countersign/ui/badge.tsx'
import type { Tone } from '@countersign/ui/tone.ts'
import { useText } from './messages.ts'

const TONES: Readonly<Record<RecordMark['tone'], Tone>> = { danger: 'danger', warning: 'attention' }

/** What is to be seen of a record where it is listed: in a word, and on hover and to a screen reader what that means. */
export function RecordMarks({
  marks = [],
  narrow = false,
}: {
  marks?: readonly RecordMark[] | undefined
  /** There is room for the sign alone; the word is heard, and read on hover. */
  narrow?: boolean
}) {
  const t = useText()
  return marks.map(({ tone, word, text }) => (
    <span key={text} title={text}>
      <Badge tone={TONES[tone]}>
        <span className={narrow ? 'visually-hidden' : undefined}>{word}</span>
        <span className="visually-hidden">{`${t('sign.colon')}${text}`}</span>
      </Badge>
    </span>
  ))
}
