import type { TimelineNote } from '@countersign/sdk/wire/timeline.ts'
import { Button } from '@countersign/ui/button.tsx'
import { commaList } from '../format-list.ts'
import { useText } from '../messages.ts'
import styles from './notes.module.css'

/** What somebody wrote, as they wrote it, in the direction that it is written in. */
export function NoteText({
  note,
  onCorrect,
}: {
  note: TimelineNote
  /** Null: it is somebody else's. */
  onCorrect: ((note: TimelineNote) => void) | null
}) {
  const t = useText()
  return (
    <div className={styles.note} data-corrected={note.corrected_by !== null || undefined}>
      <p className={styles.text} dir="auto">
        {note.text}
      </p>
      {note.mentions.length === 0 ? null : (
        <p className={styles.aside}>
          {t('notes.mentioned')}{' '}
          <bdi>
            {commaList(
              note.mentions.map(({ name }) => name),
              t,
            )}
          </bdi>
        </p>
      )}
      {note.corrected_by === null ? null : <p className={styles.aside}>{t('notes.corrected')}</p>}
      {onCorrect === null || note.corrected_by !== null ? null : (
        <Button size="small" variant="quiet" onClick={() => onCorrect(note)}>
          {t('notes.correct')}
        </Button>
      )}
    </div>
  )
}
