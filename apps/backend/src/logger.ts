import { isSpanContextValid, trace } from '@opentelemetry/api'
import { type DestinationStream, type Logger, pino } from 'pino'

/** A JSON logger whose lines carry `trace_id` and `span_id` of the span they are written in. */
export function createLogger(destination?: DestinationStream): Logger {
  const options = { name: 'backend', level: process.env.LOG_LEVEL || 'info', mixin: traceFields }
  return destination ? pino(options, destination) : pino(options)
}

// Names: https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/
function traceFields(): Record<string, string> {
  const spanContext = trace.getActiveSpan()?.spanContext()
  if (!spanContext || !isSpanContextValid(spanContext)) return {}
  return { trace_id: spanContext.traceId, span_id: spanContext.spanId }
}
