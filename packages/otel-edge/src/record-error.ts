import type { Span } from '@opentelemetry/api'
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions'
import { redactText } from '@throughline/otel-shared'
import { ERROR } from './api-constants.ts'
import { textOf } from './text-of.ts'

/** Puts what was thrown on the span: status ERROR, `error.type`, an exception event. Never throws. */
export function recordError(span: Span, error: unknown): void {
  const message = textOf(() => (error instanceof Error ? error.message : error))
  span.recordException(error instanceof Error ? error : message)
  span.setAttribute(
    ATTR_ERROR_TYPE,
    textOf(() => (error instanceof Error ? error.name : typeof error)),
  )
  span.setStatus({ code: ERROR, message: redactText(message).slice(0, 500) })
}
