import { Component, type ComponentType, lazy, type ReactNode, startTransition } from 'react'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { usePersonId } from './me-context.tsx'
import { useText } from './messages.ts'
import { loaded, NotLoadedError } from './not-loaded-error.ts'
import { ProblemNotice } from './problem-notice.tsx'
import { reloadKeeping } from './reload-keeping.ts'

/** What stands in the place of a part that could not be loaded. */
export type NotLoadedProps = {
  /** Message id of what it is. */
  what: string
  error: NotLoadedError
  onRetry: () => void
}

/**
 * A part of a page that is loaded when it is first shown, for a `Suspense` to stand around it. One that cannot be loaded says so in
 * its own place, and the rest of the page stays as it is.
 *
 * @param what message id of what it is
 */
export function lazyPart<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
  what: string,
  NotLoaded: ComponentType<NotLoadedProps & Props> = NotLoadedNotice,
): ComponentType<Props> {
  const loadedBy = (loading: () => Promise<{ default: ComponentType<Props> }>): ComponentType<Props> =>
    lazy(() => loaded(loading())) as unknown as ComponentType<Props>
  let part = loadedBy(load)

  function Loaded(props: Props) {
    const Part = part
    return <Part {...props} />
  }

  return function LazyPart(props: Props) {
    const me = usePersonId()
    const retry = async (shown: () => void) => {
      const again = load()
      const came = await again.then(
        () => true,
        () => false,
      )
      // Some browsers remember a failure for as long as the page lives (whatwg/html#6768), and what another version had is gone.
      if (!came) return reloadKeeping(me)
      part = loadedBy(() => again)
      shown()
    }
    return (
      <NotLoadedBoundary
        // Shown another time, it is loaded anew.
        onCaught={() => {
          part = loadedBy(load)
        }}
        instead={(error, shown) => (
          <NotLoaded {...props} what={what} error={error} onRetry={() => void retry(shown)} />
        )}
      >
        <Loaded {...props} />
      </NotLoadedBoundary>
    )
  }
}

/** A dialog that is loaded when it is first opened. */
export function lazyDialog<Props extends { onClose: () => void }>(
  load: () => Promise<{ default: ComponentType<Props> }>,
  what: string,
): ComponentType<Props> {
  return lazyPart<Props>(load, what, NotLoadedDialog)
}

function NotLoadedNotice({ what, error, onRetry }: NotLoadedProps) {
  const t = useText()
  return (
    <ProblemNotice error={error} title={t('problem.notLoaded.of', { what: t(what) })} onRetry={onRetry} />
  )
}

function NotLoadedDialog({ onClose, ...notLoaded }: NotLoadedProps & { onClose: () => void }) {
  const t = useText()
  return (
    <ConfirmDialog title={t(notLoaded.what)} onClose={onClose}>
      <NotLoadedNotice {...notLoaded} />
    </ConfirmDialog>
  )
}

/** Catches that something was not loaded. What cannot be drawn is for whoever else catches it. */
class NotLoadedBoundary extends Component<
  {
    onCaught: () => void
    instead: (error: NotLoadedError, shown: () => void) => ReactNode
    children: ReactNode
  },
  { error: unknown }
> {
  override state: { error: unknown } = { error: null }

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override componentDidCatch(): void {
    this.props.onCaught()
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === null) return this.props.children
    if (!(error instanceof NotLoadedError)) throw error
    return this.props.instead(error, () => startTransition(() => this.setState({ error: null })))
  }
}
