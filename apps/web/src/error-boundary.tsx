import { Component, type ComponentChildren } from 'preact'
import { EmptyState } from './empty-state.tsx'
import { requestHeadingFocus } from './heading-focus.ts'
import { PageHeading } from './page-heading.tsx'

/** Shows an error and the next step in place of a page that throws. The rest of the site works. */
export class ErrorBoundary extends Component<{ readonly children?: ComponentChildren }, { broken: boolean }> {
  override state = { broken: false }

  static override getDerivedStateFromError(): { broken: boolean } {
    return { broken: true }
  }

  override componentDidCatch(error: unknown): void {
    // Listeners for uncaught errors still get it.
    reportError(error)
    requestHeadingFocus()
  }

  override render(): ComponentChildren {
    if (!this.state.broken) return this.props.children
    return (
      <EmptyState>
        <PageHeading title="Something broke">This page broke</PageHeading>
        <p>That was our fault, not yours. Your cart is as it was. Loading the page again usually helps.</p>
        <button type="button" class="button" onClick={() => location.reload()}>
          Load it again
        </button>
      </EmptyState>
    )
  }
}
