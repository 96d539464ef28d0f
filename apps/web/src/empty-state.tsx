import type { ComponentChildren, JSX } from 'preact'

/** The message of an empty page or list, with a link to continue. */
export function EmptyState({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return (
    <div class="empty-state">
      <svg viewBox="0 0 120 72" width="120" height="72" aria-hidden="true">
        <path class="cloud" d="M34 56a17 17 0 0 1-1-34 24 24 0 0 1 45-4 19 19 0 0 1 8 38Z" />
        <path class="horizon" d="M10 66h100" />
      </svg>
      {children}
    </div>
  )
}
