import { getSpanContext } from '@throughline/otel-shared'
import { activeContext } from './context.ts'

type Fields = Readonly<Record<string, unknown>>

/** Writes lines of JSON to the console, each with the ids of the span it was written in. */
export interface Logger {
  debug(message: string, fields?: Fields): void
  info(message: string, fields?: Fields): void
  warn(message: string, fields?: Fields): void
  error(message: string, fields?: Fields): void
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const

/**
 * A structured logger: `{"level","message","trace_id","span_id",…fields}`, the names OpenTelemetry gives the ids in
 * logs that are not OTLP. Errors among the fields are written as their stack.
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/
 */
export const logger: Logger = Object.fromEntries(
  LEVELS.map((level) => [
    level,
    (message: string, fields: Fields = {}) => {
      console[level](JSON.stringify({ level, message, ...traceIds(), ...fields }, writeError))
    },
  ]),
) as unknown as Logger

/** The ids of the running code's span, for loggers of an app's own; empty outside of traced events. */
export function traceIds(): { readonly trace_id?: string; readonly span_id?: string } {
  const spanContext = getSpanContext(activeContext())
  return spanContext ? { trace_id: spanContext.traceId, span_id: spanContext.spanId } : {}
}

function writeError(_: string, value: unknown): unknown {
  return value instanceof Error ? (value.stack ?? String(value)) : value
}
