import { Component, type ComponentChildren } from 'preact'
import { EmptyState } from './empty-state.tsx'
import { requestHeadingFocus } from './heading-focus.ts'
import { PageHeading } from './page-heading.tsx'

/** Keeps the rest of the site standing when a page throws, and says what can be done. */
export class ErrorBoundary extends Component<{ readonly children?: ComponentChildren }, { broken: boolean }> {
  override state = { broken: false }

  static override getDerivedStateFromError(): { broken: boolean } {
    return { broken: true }
  }

  override componentDidCatch(error: unknown): void {
    // It stays an uncaught error to whoever listens for those.
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
