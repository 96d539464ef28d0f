import type { ReactNode } from 'react'
import { createRoot } from 'react-dom/client'

/** Renders into a root of its own; returns what renders there again. */
export function mount(container: HTMLElement): (node: ReactNode) => void {
  const root = createRoot(container)
  return (node) => root.render(node)
}
