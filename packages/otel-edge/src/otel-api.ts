import type { ContextManager, DiagLogger, TextMapPropagator, TracerProvider } from '@opentelemetry/api'

/** What `@opentelemetry/api` keeps on the global object, for every copy of itself to find. */
interface GlobalApi {
  readonly version: string
  trace?: TracerProvider
  context?: ContextManager
  propagation?: TextMapPropagator
  readonly diag?: DiagLogger
}

// The place is the API's contract between its own copies, all 1.x alike. Going there directly keeps the API's code out
// of workers that do not use it, and lets a newer copy than the one we know find our tracer: a copy takes no global
// that was registered by an older minor than its own.
const GLOBAL_KEY: symbol = Symbol.for('opentelemetry.js.api.1')
const NEWER_THAN_ANY = '1.99.0'

/** Registers tracer provider, context manager and propagator for `@opentelemetry/api`, unless the app has its own. */
export function registerApi(api: Required<Pick<GlobalApi, 'trace' | 'context' | 'propagation'>>): void {
  const registered = (Reflect.get(globalThis, GLOBAL_KEY) as GlobalApi | undefined) ?? {
    version: NEWER_THAN_ANY,
  }
  Reflect.set(globalThis, GLOBAL_KEY, registered)
  registered.context ??= api.context
  registered.trace ??= api.trace
  registered.propagation ??= api.propagation
}

/** Tells the app's diagnostic logger, if it has set one, what is wrong with our configuration. */
export function warn(message: string): void {
  ;(Reflect.get(globalThis, GLOBAL_KEY) as GlobalApi | undefined)?.diag?.warn(`throughline: ${message}`)
}
