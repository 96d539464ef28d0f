/** Why the page may be about to go. */
export type LeaveReason = 'hidden' | 'pagehide'

/**
 * Tells when the page may be about to go, which no later event is sure to follow. Never `unload`: it keeps pages out
 * of the back/forward cache.
 *
 * @returns takes the listeners away.
 */
export function onLeave(leave: (reason: LeaveReason) => void): () => void {
  const onVisibility = () => {
    if (document.visibilityState === 'hidden') leave('hidden')
  }
  const onPageHide = () => leave('pagehide')
  document.addEventListener('visibilitychange', onVisibility, true)
  window.addEventListener('pagehide', onPageHide, true)
  return () => {
    document.removeEventListener('visibilitychange', onVisibility, true)
    window.removeEventListener('pagehide', onPageHide, true)
  }
}
