import type { Span } from '@opentelemetry/api'
import { endUnfinished, type Invocation } from '../core/invocation.ts'
import { recordOf } from './edge-span.ts'
import { makeTailDecision } from './tail-sampling.ts'

/**
 * Ends the span of an invocation, and its client spans that are still open. The reference to the request is removed, since
 * the runtime's async contexts keep the invocation, and with it the request, until a full garbage collection.
 *
 * @param endMillis the end time, if the caller has read the clock already. Ignored when client spans are ended here.
 */
export function endInvocation(invocation: Invocation, span: Span, endMillis?: number): void {
  const hasUnfinished = invocation.unfinished?.length
  endUnfinished(invocation)
  const root = invocation.sdk.options.keep && recordOf(span)
  span.end(hasUnfinished ? undefined : endMillis)
  if (root) makeTailDecision(invocation, [root])
  invocation.server = undefined
}
