import type { Span } from '@opentelemetry/api'
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions'
import { redactText } from '@throughline/otel-shared'
import { ERROR } from './api-constants.ts'

/** Puts what was thrown on the span: status ERROR, `error.type`, an exception event. */
export function recordError(span: Span, error: unknown): void {
  span.recordException(error instanceof Error ? error : String(error))
  span.setAttribute(ATTR_ERROR_TYPE, describeError(error))
  const message = error instanceof Error ? error.message : String(error)
  span.setStatus({ code: ERROR, message: redactText(message).slice(0, 500) })
}

/** A low-cardinality name for what was thrown. */
function describeError(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
