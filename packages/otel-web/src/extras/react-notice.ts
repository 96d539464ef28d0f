/** React's own property of the document: `_reactListening…`, and `__reactEvents$…` in version 17. */
const REACT_PROPERTY = /^_+react/

/**
 * Creates a function that prints once, in debug mode, why the React of the page is not followed.
 *
 * @param follow follows React. Returns undefined if React was not patched; otherwise a promise of undefined if the chunk
 *   could not be loaded
 */
export function createReactNotice(follow: () => Promise<unknown> | undefined): () => void {
  let isPrinted = false
  const print = (reason: string) => {
    if (!isPrinted) console.info(`[throughline] React effects have no context after an await: ${reason}`)
    isPrinted = true
  }
  return () => {
    const following = follow()
    if (following) following.then((stop) => stop ?? print('throughline-react.js was not loaded'))
    else if (Object.keys(document).some((key) => REACT_PROPERTY.test(key))) {
      print('react-dom 17 to 19 must be evaluated after startTracing() or after the loader, throughline.js')
    }
  }
}
