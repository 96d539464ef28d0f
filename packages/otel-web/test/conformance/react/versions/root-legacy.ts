import type { ReactNode } from 'react'
// The types of version 19 do not have it.
import * as ReactDom from 'react-dom'

interface LegacyReactDom {
  render(node: ReactNode, container: HTMLElement): void
}

/** The same for React 17, which has no roots. */
export function mount(container: HTMLElement): (node: ReactNode) => void {
  return (node) => (ReactDom as unknown as LegacyReactDom).render(node, container)
}
