import { diag } from '@opentelemetry/api'
import { type MetReact, meetReact } from './instrumentation/react/meet-react.ts'
import type { TracingOptions } from './options.ts'
import { guarded } from './platform/guarded.ts'
import { whenShown } from './platform/when-shown.ts'
import { hasPrivacySignal } from './privacy/privacy-signals.ts'
import { runTracing } from './run-tracing.ts'
import { createInertTracing, type Tracing } from './tracing.ts'

/**
 * The symbol under which other copies of this module find the running SDK: a reloaded copy, or one in another bundle.
 */
const RUNNING: unique symbol = Symbol.for('throughline.running')
/** The symbol under which every copy of `@opentelemetry/api` keeps its registered globals. */
const API: unique symbol = Symbol.for('opentelemetry.js.api.1')

/** Cache: React is patched only once, so that its setters keep their identity when tracing stops and starts again. */
let met: MetReact | undefined

interface Page {
  [RUNNING]?: Tracing | undefined
  readonly [API]?: Record<string, unknown>
  readonly throughline?: Tracing
}

/**
 * Starts tracing in this page. User actions become root spans, and their requests become child spans.
 *
 * If tracing is already running, started by a call or by the script tag, the running handle is returned. After its
 * `shutdown()`, the next call starts tracing again. In a prerendered page tracing starts when the page is shown. On a
 * server, or if the browser sends Do Not Track or Global Privacy Control, the returned handle records nothing and only
 * runs the functions that are passed to it.
 *
 * @example
 * const tracing = startTracing({ serviceName: 'shop-web' })
 * await tracing.action('checkout', () => fetch('/api/orders', { method: 'POST' }))
 */
export function startTracing(options: TracingOptions): Tracing {
  if (typeof document === 'undefined') return createInertTracing()
  if (options.respectPrivacySignals !== false && hasPrivacySignal()) return createInertTracing()
  const page = window as Page
  // An element with the id `throughline` is a property of `window`, too, but not an own one.
  const running = RUNNING in page ? page[RUNNING] : Object.hasOwn(page, 'throughline') && page.throughline
  if (running) {
    diag.debug('throughline: tracing is running, the options of this call are ignored')
    return running
  }
  // A prerendered page renders before it is shown, so React is patched now.
  met ??= guarded(meetReact)
  const tracing = startWhenShown(options, () => {
    page[RUNNING] = undefined
  })
  page[RUNNING] = tracing
  return tracing
}

/** The handle can be used immediately. Calls before tracing has started are repeated when it has. */
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
  const passOn = (call: () => void) => {
    call()
    missed?.push(call)
  }
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
    recordError: (...args) => passOn(() => tracing.recordError(...args)),
    setAttributes: (attributes) => passOn(() => tracing.setAttributes(attributes)),
    setUser: (user) => passOn(() => tracing.setUser(user)),
    setConsent: (granted) => passOn(() => tracing.setConsent(granted)),
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
 * Runs `start`. Returns a function that unregisters the globals that `start` registered with `@opentelemetry/api`.
 * Otherwise an SDK that starts later could not register its own.
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
    return runTracing(options, {
      loadExtras: async () => (await import('./extras/index.ts')).extras,
      react: {
        met,
        load: async () => (await import('./instrumentation/react/follow-react.ts')).followReact,
      },
    })
  } catch (error) {
    // If tracing cannot start, the page stays unpatched.
    console.warn('throughline is off:', error)
    return createInertTracing()
  }
}
