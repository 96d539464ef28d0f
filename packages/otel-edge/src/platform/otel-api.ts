import type { ContextManager, DiagLogger, TextMapPropagator, TracerProvider } from '@opentelemetry/api'
import { MAX_WARNINGS } from '../limits.ts'

/** The global object through which all copies of `@opentelemetry/api` share the registered objects. */
interface GlobalApi {
  readonly version: string
  trace?: TracerProvider
  context?: ContextManager
  propagation?: TextMapPropagator
  readonly diag?: DiagLogger
}

// All 1.x copies of the API share this key. The global is written directly, since the API's functions would add its code to
// the bundle. A copy of the API ignores a global with an older minor version than its own, so the version is high.
// https://github.com/open-telemetry/opentelemetry-js/blob/main/api/src/internal/global-utils.ts
const GLOBAL_KEY: symbol = Symbol.for('opentelemetry.js.api.1')
const NEWER_THAN_ANY = '1.99.0'

/** The objects that this package or the app has registered for `@opentelemetry/api`. */
export function registeredApi(): Readonly<GlobalApi> | undefined {
  return Reflect.get(globalThis, GLOBAL_KEY) as GlobalApi | undefined
}

/** Registers tracer provider, context manager and propagator for `@opentelemetry/api`. Those of the app are kept. */
export function registerApi(api: Required<Pick<GlobalApi, 'trace' | 'context' | 'propagation'>>): void {
  Reflect.set(globalThis, GLOBAL_KEY, { version: NEWER_THAN_ANY, ...api, ...registeredApi() })
}

// Cache: the reported warnings, at most MAX_WARNINGS: a text can differ from request to request.
const warned = new Set<string>()

/**
 * Reports a problem of the configuration, once per isolate. It is logged with the app's diagnostic logger or, without one,
 * on the console. Never throws.
 */
export function warn(message: string): void {
  if (warned.has(message) || warned.size === MAX_WARNINGS) return
  warned.add(message)
  const text = `throughline: ${message}`
  try {
    const diag = registeredApi()?.diag
    if (diag) diag.warn(text)
    else console.warn(text)
  } catch {
    // An error of the app's logger is ignored.
  }
}
