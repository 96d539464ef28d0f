import { isSpanContextValid, trace } from '@opentelemetry/api'
import { type DestinationStream, type Logger, pino } from 'pino'

/** Creates a JSON logger. Each line contains `trace_id` and `span_id` of the active span. */
export function createLogger(destination?: DestinationStream): Logger {
  const options = { name: 'backend', level: process.env.LOG_LEVEL || 'info', mixin: traceFields }
  return destination ? pino(options, destination) : pino(options)
}

// The field names are those of https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/
function traceFields(): Record<string, string> {
  const spanContext = trace.getActiveSpan()?.spanContext()
  if (!spanContext || !isSpanContextValid(spanContext)) return {}
  return { trace_id: spanContext.traceId, span_id: spanContext.spanId }
}
