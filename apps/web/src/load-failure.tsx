import type { JSX } from 'preact'
import { requestHeadingFocus } from './heading-focus.ts'
import { Notice } from './notice.tsx'
import type { ShopError } from './shop-error.ts'

export interface LoadFailureProps {
  /** What could not be loaded, as an object of "could not load". */
  readonly what: string
  readonly error: ShopError
  /** See `Notice`. */
  readonly takesFocus?: boolean
  onRetry(): void
}

/** Replaces content that could not be loaded, with a button to retry. */
export function LoadFailure({ what, error, takesFocus = true, onRetry }: LoadFailureProps): JSX.Element {
  const retry = () => {
    // The content that is loaded again replaces the button.
    requestHeadingFocus()
    onRetry()
  }
  const actions = (
    <button type="button" class="button" onClick={retry}>
      Try again
    </button>
  )
  return (
    <Notice title={`We could not load ${what}`} actions={actions} takesFocus={takesFocus}>
      {error.code === 'network' ? (
        <p>The shop did not answer. Check that you are online, then try again.</p>
      ) : (
        <p>That was our fault, not yours. Trying again in a moment usually helps.</p>
      )}
    </Notice>
  )
}
