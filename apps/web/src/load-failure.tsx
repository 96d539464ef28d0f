import type { JSX } from 'preact'
import { Notice } from './notice.tsx'
import type { ShopError } from './shop-error.ts'

interface LoadFailureProps {
  /** What could not be loaded, as it goes after "could not load". */
  readonly what: string
  readonly error: ShopError
  onRetry(): void
}

/** Stands where something could not be loaded, with a button to try again. */
export function LoadFailure({ what, error, onRetry }: LoadFailureProps): JSX.Element {
  const retry = (
    <button type="button" class="button" onClick={onRetry}>
      Try again
    </button>
  )
  return (
    <Notice title={`We could not load ${what}`} actions={retry}>
      {error.code === 'network' ? (
        <p>The shop did not answer. Check that you are online, then try again.</p>
      ) : (
        <p>That was our fault, not yours. Trying again in a moment usually helps.</p>
      )}
    </Notice>
  )
}
