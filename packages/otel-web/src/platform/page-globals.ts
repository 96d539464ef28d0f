import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'

/**
 * The platform's functions, captured before the SDK patches them. The SDK's own calls must neither run in the context
 * of an action nor count as its work.
 */
export interface PageGlobals {
  readonly fetch: typeof fetch
  readonly setTimeout: (callback: () => void, delayMillis: number) => number
  readonly clearTimeout: (id: number | undefined) => void
  readonly requestAnimationFrame: (callback: () => void) => number
}

/** Captures the functions. To be called before anything is patched. */
export function capturePageGlobals(): PageGlobals {
  const { fetch } = window
  return {
    // The patch of another SDK would otherwise record this export, and export that record.
    fetch: (...args) => context.with(suppressTracing(ROOT_CONTEXT), () => Reflect.apply(fetch, window, args)),
    setTimeout: window.setTimeout.bind(window),
    clearTimeout: window.clearTimeout.bind(window),
    requestAnimationFrame: window.requestAnimationFrame.bind(window),
  }
}
