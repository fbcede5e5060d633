import type { ImportProgress } from '@countersign/transfers/import/import-file.ts'

const BAR_CHARACTERS = 24
/** Smaller files are done before a bar could be read. */
const BAR_BYTES_MIN = 4 * 1024 * 1024
const REDRAW_MS = 100
const LINE_CHARACTERS_MAX = 120

const STEP_WORDS = { checking: 'Checking', sending: 'Staging' } as const

/** What a progress bar is drawn on: a terminal. */
export type ProgressStream = { isTTY?: boolean; write: (text: string) => unknown; columns?: number }

export type ProgressBar = { show: (progress: ImportProgress) => void; clear: () => void }

/**
 * A progress bar on a terminal, with entries a second; on anything else it stays silent.
 * @param now milliseconds of a clock that only goes forward
 */
export function progressBar(stream: ProgressStream, name: string, now: () => number): ProgressBar {
  let drawnAt = Number.NEGATIVE_INFINITY
  let step = ''
  let stepAt = 0
  let drawn = false

  function draw(text: string): void {
    const width = Math.min(stream.columns ?? LINE_CHARACTERS_MAX, LINE_CHARACTERS_MAX)
    stream.write(`\r\u001b[2K${text.slice(0, width - 1)}`)
    drawn = true
  }

  return {
    show(progress) {
      if (!stream.isTTY) return
      if (progress.step === 'waiting') {
        const waiting = progress.state === 'pending' ? 'waiting for approval of' : `${progress.state}:`
        draw(`${name}: ${waiting} request ${progress.requestId}`)
        return
      }
      if (progress.ofBytes < BAR_BYTES_MIN) return
      const at = now()
      if (progress.step !== step) {
        step = progress.step
        stepAt = at
      }
      if (at - drawnAt < REDRAW_MS) return
      drawnAt = at
      const seconds = (at - stepAt) / 1000
      const rate = seconds > 0 ? Math.round(progress.entries / seconds) : 0
      const share = Math.min(progress.bytes / progress.ofBytes, 1)
      const filled = Math.round(share * BAR_CHARACTERS)
      const bar = '█'.repeat(filled) + '░'.repeat(BAR_CHARACTERS - filled)
      draw(
        `${STEP_WORDS[progress.step]} ${name} ${bar} ${Math.floor(share * 100)} % · ${grouped(progress.entries)} entries · ${grouped(rate)}/s`,
      )
    },
    clear() {
      if (drawn) stream.write('\r\u001b[2K')
      drawn = false
    },
  }
}

/** 1234567 → `1 234 567`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f')
}
