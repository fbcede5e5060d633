/** What a browser of its own process is to do on a page that it opens. */
export type PageTask = {
  readonly what: 'step' | 'scroll'
  readonly url: string
  readonly token: string
  readonly chromiumPath: string
  readonly chromiumArguments: readonly string[]
  /** Records stepped to, of a list with a record open. */
  readonly steps: number
  /** How long each of them is looked at, in ms. */
  readonly lookedAtMs: number
  /** In the list that is scrolled through. */
  readonly rows: number
}

/** Times in ms. */
export type PageAnswers = {
  readonly step: {
    /** From a key to the frame that shows the next record. */
    readonly painted: readonly number[]
    /** From a key to the next frame, as the browser tells of it. */
    readonly interactions: readonly number[]
  }
  readonly scroll: {
    /** Of the tasks over 50 ms the longest; 0 where there was none. */
    readonly longestMs: number
    readonly longTasks: number
    /** In the document at a time. */
    readonly rowsMax: number
  }
}
