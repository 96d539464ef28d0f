import { diag } from '@opentelemetry/api'
import type { TracingOptions } from './options.ts'
import { whenShown } from './page/when-shown.ts'
import { runTracing } from './run-tracing.ts'
import { hasPrivacySignal } from './session/privacy-signals.ts'
import { createInertTracing, type Tracing } from './tracing.ts'

/** Where the running SDK is found by another copy of this module: a reloaded one, or one of another bundle. */
const RUNNING: unique symbol = Symbol.for('throughline.running')
/** Where `@opentelemetry/api` keeps what is registered, whichever copy of it. */
const API: unique symbol = Symbol.for('opentelemetry.js.api.1')

interface Page {
  [RUNNING]?: Tracing | undefined
  readonly [API]?: Record<string, unknown>
  readonly throughline?: Tracing
}

/**
 * Starts tracing in this page: user actions become root spans, requests their children. While it runs, here or by the
 * script tag, a second call returns the handle of the first; after its `shutdown()`, the next call starts anew. In a
 * prerendered page it starts when the page is shown. On a server, and where Do-Not-Track or Global Privacy Control is
 * set, the handle it returns does nothing but run the functions it is given.
 *
 * @example
 * const tracing = startTracing({ serviceName: 'shop-web' })
 * await tracing.action('checkout', () => fetch('/api/orders', { method: 'POST' }))
 */
export function startTracing(options: TracingOptions): Tracing {
  if (typeof document === 'undefined') return createInertTracing()
  if (options.respectPrivacySignals !== false && hasPrivacySignal()) return createInertTracing()
  const page = window as Page
  const running = RUNNING in page ? page[RUNNING] : page.throughline
  if (running) {
    diag.debug('throughline: tracing runs already, the options of this call are not used')
    return running
  }
  const tracing = startWhenShown(options, () => {
    page[RUNNING] = undefined
  })
  page[RUNNING] = tracing
  return tracing
}

/** The handle stands from the first moment on; what it was told before there was anything to tell is made up for. */
function startWhenShown(options: TracingOptions, onShutdown: () => void): Tracing {
  let tracing = createInertTracing()
  let missed: (() => void)[] | undefined = []
  let unregister = () => {}
  const callOff = whenShown(() => {
    unregister = noteRegistered(() => {
      tracing = start(options)
    })
    for (const call of missed ?? []) call()
    missed = undefined
  })
  return {
    action: (name, fn) => tracing.action(name, fn),
    onTrace(callback) {
      let stop = tracing.onTrace(callback)
      let isWanted = true
      missed?.push(() => {
        if (isWanted) stop = tracing.onTrace(callback)
      })
      return () => {
        isWanted = false
        stop()
      }
    },
    flush: () => tracing.flush(),
    health: () => tracing.health(),
    setConsent(granted) {
      tracing.setConsent(granted)
      missed?.push(() => tracing.setConsent(granted))
    },
    shutdown() {
      callOff()
      onShutdown()
      const done = tracing.shutdown()
      unregister()
      return done
    },
  }
}

/**
 * Runs `start`; returns what takes the parts that it registered out of the API again: whoever starts later would find
 * their places taken, by parts that are off.
 */
function noteRegistered(start: () => void): () => void {
  const page = window as Page
  const before = { ...page[API] }
  start()
  const own = Object.entries(page[API] ?? {}).filter(
    ([name, part]) => typeof part === 'object' && part !== before[name],
  )
  return () => {
    for (const [name, part] of own) if (page[API]?.[name] === part) delete page[API]?.[name]
  }
}

function start(options: TracingOptions): Tracing {
  try {
    return runTracing(options, { loadExtras: async () => (await import('./extras/index.ts')).extras })
  } catch {
    // Tracing that cannot start leaves the page as it is.
    return createInertTracing()
  }
}
