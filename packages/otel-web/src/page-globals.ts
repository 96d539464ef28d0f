/**
 * The platform's functions as they were before anybody's patch of ours: what the SDK does for itself must neither
 * run in the context of an action nor count as its work.
 */
export interface PageGlobals {
  readonly fetch: typeof fetch
  readonly setTimeout: (callback: () => void, delayMillis: number) => number
  readonly clearTimeout: (id: number | undefined) => void
  readonly requestAnimationFrame: (callback: () => void) => number
}

/** Captures the functions; to be called before anything is patched. */
export function capturePageGlobals(): PageGlobals {
  return {
    fetch: window.fetch.bind(window),
    setTimeout: window.setTimeout.bind(window),
    clearTimeout: window.clearTimeout.bind(window),
    requestAnimationFrame: window.requestAnimationFrame.bind(window),
  }
}
