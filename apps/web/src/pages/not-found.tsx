import type { JSX } from 'preact'
import { EmptyState } from '../empty-state.tsx'
import { PageHeading } from '../page-heading.tsx'

export function NotFoundPage(): JSX.Element {
  return (
    <EmptyState>
      <PageHeading title="Page not found">There is nothing at this address</PageHeading>
      <p>Perhaps the link is old, or a letter went missing on the way.</p>
      <a class="button" href="/">
        Go to the shop
      </a>
    </EmptyState>
  )
}
