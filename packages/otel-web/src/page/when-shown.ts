/**
 * Runs `start` now or, in a page that is prerendered, when somebody looks at it: until then nobody has asked for it.
 *
 * @returns calls it off.
 */
export function whenShown(start: () => void): () => void {
  if ((document as { prerendering?: boolean }).prerendering !== true) {
    start()
    return () => {}
  }
  document.addEventListener('prerenderingchange', start, { once: true })
  return () => document.removeEventListener('prerenderingchange', start)
}
