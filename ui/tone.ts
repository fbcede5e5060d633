/** What a colour says: red danger or failure, amber needs a person, green proved or settled. Never the only sign. */
export type Tone = 'neutral' | 'accent' | 'danger' | 'attention' | 'settled'

/** Maps a tone word from outside to one of ours; an unknown one is neutral. */
export function toneOf(word: string | undefined): Tone {
  switch (word) {
    case 'danger':
    case 'attention':
    case 'settled':
    case 'accent':
      return word
    case 'warning':
      return 'attention'
    case 'error':
      return 'danger'
    case 'success':
      return 'settled'
    default:
      return 'neutral'
  }
}
