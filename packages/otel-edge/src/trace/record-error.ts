import type { Span } from '@opentelemetry/api'
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions'
import { redactText, truncate } from '@throughline/otel-shared'
import { safeString } from '../core/safe-string.ts'
import { ERROR } from '../platform/api-constants.ts'

/** Records an error on the span: status ERROR, `error.type`, an exception event. The error can be any value. */
export function recordError(span: Span, error: unknown): void {
  const message = safeString(() => (error instanceof Error ? error.message : error))
  span.recordException(error instanceof Error ? error : message)
  span.setAttribute(
    ATTR_ERROR_TYPE,
    safeString(() => (error instanceof Error ? error.name : typeof error)),
  )
  span.setStatus({ code: ERROR, message: truncate(redactText(message), 500) })
}
