import type { Span } from '@opentelemetry/api'
import { EdgeSpan } from './edge-span.ts'
import { endUnfinished, type Invocation } from './invocation.ts'
import { settleHeld } from './record-span.ts'

/**
 * Ends the span that an event is, and what is still open below it. From then on the event is as light as can be: the
 * runtime's async frames keep it until a full collection of garbage, and a request held along would cost more than all
 * of its tracing.
 */
export function endEvent(invocation: Invocation, span: Span, endMillis?: number): void {
  // What is ended only here ends now: the event's own end may not have been taken before.
  const isLast = !invocation.unfinished?.size
  endUnfinished(invocation)
  const root = invocation.sdk.options.keep && span instanceof EdgeSpan ? span.record : undefined
  span.end(isLast ? endMillis : undefined)
  if (root) settleHeld(invocation, [root])
  invocation.server = undefined
}
