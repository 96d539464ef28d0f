import type { Context } from '@opentelemetry/api'
import { registeredApi } from '../platform/otel-api.ts'
import { EMPTY_CONTEXT, withContext } from './context.ts'

/** The key of `suppressTracing()` in `@opentelemetry/core`. SDKs and instrumentations start no span where it is set. */
const SUPPRESS_TRACING_KEY = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING')
const SUPPRESSED: Context = EMPTY_CONTEXT.setValue(SUPPRESS_TRACING_KEY, true)

/** Whether the app or an exporter has suppressed tracing in this context. */
export function isTracingSuppressed(context: Context): boolean {
  return context.getValue(SUPPRESS_TRACING_KEY) === true
}

/** Runs `callback` with tracing suppressed, in the context of this package and in that of the registered API. */
export function withoutTracing<Result>(callback: () => Result): Result {
  const run = () => withContext(SUPPRESSED, callback)
  const manager = registeredApi()?.context
  return manager ? manager.with(SUPPRESSED, run) : run()
}
