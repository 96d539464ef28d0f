import { readDocument } from './document.ts'

/**
 * Runs `start` now or, in a prerendered page, at its activation: the user may never see that page.
 *
 * @returns cancels the call
 */
export function whenShown(start: () => void): () => void {
  if (readDocument('prerendering' as keyof Document) !== true) {
    start()
    return () => {}
  }
  window.addEventListener('prerenderingchange', start, { capture: true, once: true })
  return () => window.removeEventListener('prerenderingchange', start, true)
}
