import { readDocument } from '../../platform/document.ts'
import type { Listen } from '../../platform/listeners.ts'
import type { PageGlobals } from '../../platform/page-globals.ts'
import type { Restore } from '../../platform/patch.ts'
import { stopAll } from '../../platform/stop-all.ts'

/** How long actions of a hidden page may continue before they are ended. */
const HIDDEN_MILLIS = 1000

export interface LifecycleParts {
  readonly globals: PageGlobals
  readonly listen: Listen
  /** Called when the page is hidden. The page may receive no further event. */
  readonly onHidden: () => void
  /** Called when the page is unloaded or frozen, or has been hidden for some time. All open spans have to end. */
  readonly onLeave: (reason: 'hidden' | 'pagehide') => void
}

/**
 * Calls back when the page may be about to be discarded. It never uses `unload`, which keeps a page out of the
 * back/forward cache.
 *
 * @returns removes the listeners
 * @see https://developer.chrome.com/docs/web-platform/page-lifecycle-api
 */
export function watchLifecycle({ globals, listen, onHidden, onLeave }: LifecycleParts): Restore {
  let timer: number | undefined
  const leave = (reason: 'hidden' | 'pagehide') => {
    globals.clearTimeout(timer)
    onLeave(reason)
  }
  return stopAll([
    listen(window, 'visibilitychange', () => {
      globals.clearTimeout(timer)
      if (readDocument('visibilityState') !== 'hidden') return
      timer = globals.setTimeout(() => leave('hidden'), HIDDEN_MILLIS)
      onHidden()
    }),
    listen(window, 'freeze', () => leave('hidden')),
    listen(window, 'pagehide', () => leave('pagehide')),
    () => globals.clearTimeout(timer),
  ])
}
