/** One change, as a console hears of it. */
export type Change = {
  /** What to resume from after having heard this one. */
  readonly id: string
  readonly topic: string
  readonly kind: string
  readonly subject: string
  readonly position: number
}

export type EventStream = {
  readonly status: number
  /** What has been heard so far, in order. */
  readonly changes: readonly Change[]
  /** Where a browser would resume from now. */
  readonly lastId: () => string | undefined
  /** Resolves when the connection has ended, whoever ended it. */
  readonly ended: Promise<void>
  /** Breaks the connection, wherever in a frame it is. */
  readonly cut: () => void
}

/** Listens to `/v1/stream` as a browser does. */
export async function openEventStream(
  url: string,
  headers: Readonly<Record<string, string>>,
  options: { readonly resumeAfter?: string; readonly onBytes?: (bytes: number) => void } = {},
): Promise<EventStream> {
  const abort = new AbortController()
  const response = await fetch(`${url}/v1/stream`, {
    headers: {
      ...headers,
      ...(options.resumeAfter === undefined ? {} : { 'last-event-id': options.resumeAfter }),
    },
    signal: abort.signal,
  })
  const changes: Change[] = []
  let lastId = options.resumeAfter
  const heard = (frame: string) => {
    const fields = Object.fromEntries(
      frame.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    )
    if (fields.id !== undefined) lastId = fields.id
    if (fields.event !== 'change') return
    const { topic, kind, id, position } = JSON.parse(fields.data ?? '')
    changes.push({ id: fields.id ?? '', topic, kind, subject: id, position })
  }
  const listen = async () => {
    let rest = ''
    const text = new TextDecoder()
    for await (const bytes of response.body ?? []) {
      options.onBytes?.(bytes.length)
      const frames = (rest + text.decode(bytes, { stream: true })).split('\n\n')
      rest = frames.pop() ?? ''
      // Only whole frames count, as for a browser.
      for (const frame of frames) heard(frame)
    }
  }
  const broken = () => undefined
  return {
    status: response.status,
    changes,
    lastId: () => lastId,
    // However the connection ends, it has ended; what was heard is what counts.
    ended: listen().catch(broken),
    cut: () => abort.abort(),
  }
}
