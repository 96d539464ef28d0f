import type { RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

/** The element that had the focus when a navigation started, until the heading of the new page has it. */
let pending: { readonly from: Element | null } | undefined

/** Lets the heading of the next page take the focus, so that keyboards and screen readers start there. */
export function requestHeadingFocus(): void {
  pending = { from: document.activeElement }
}

/**
 * Gives the page's heading the focus once after a navigation, not on the first load. A heading that appears
 * late (its data had to be fetched) does not take the focus if the visitor has moved it in the meantime. A heading
 * that exists already (the navigation leads to the same page) takes it when it is rendered again.
 */
export function useHeadingFocus(): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null)
  useLayoutEffect(() => {
    if (pending === undefined) return
    const focused = document.activeElement
    if (focused === null || focused === document.body || focused === pending.from) {
      heading.current?.focus({ preventScroll: true })
    }
    pending = undefined
  })
  return heading
}
