import { type Span, SpanStatusCode } from '@opentelemetry/api'
import { guarded } from './guarded.ts'

/** Records what was thrown: it may be anything, and looking at it may throw. */
export function recordError(span: Span, error: unknown): void {
  const message = guarded(() => String(error instanceof Error ? error.message : error)) ?? 'unreadable'
  guarded(() => span.recordException(error instanceof Error ? error : message))
  span.setStatus({ code: SpanStatusCode.ERROR, message })
}
