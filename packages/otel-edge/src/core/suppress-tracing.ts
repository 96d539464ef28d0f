import type { Context } from '@opentelemetry/api'
import { registeredApi } from '../platform/otel-api.ts'
import { activeContext, EMPTY_CONTEXT, withContext } from './context.ts'

/** The key of `suppressTracing()` in `@opentelemetry/core`. SDKs and instrumentations start no span where it is set. */
const SUPPRESS_TRACING_KEY = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING')
const SUPPRESSED_CONTEXT = Symbol()

/** Whether the app or an exporter has suppressed tracing in this context. */
export function isTracingSuppressed(context: Context): boolean {
  return context.getValue(SUPPRESS_TRACING_KEY) === true
}

/** Runs `callback` with tracing suppressed in `context`, for this package and for the SDK that has registered the API. */
export function withoutTracing<Result>(
  callback: () => Promise<Result>,
  context: Context = EMPTY_CONTEXT,
): Promise<Result> {
  const suppressed = context.setValue(SUPPRESS_TRACING_KEY, true).setValue(SUPPRESSED_CONTEXT, context)
  const run = () => withContext(suppressed, callback)
  return registeredApi()?.context?.with(suppressed, run) ?? run()
}

/** The active context for `fetch`: a request in the body of a traced request is not suppressed. */
export function contextOfFetch(): Context {
  const active = activeContext()
  return (active.getValue(SUPPRESSED_CONTEXT) as Context | undefined) ?? active
}
