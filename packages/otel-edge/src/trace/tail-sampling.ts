import { SAMPLED_FLAG } from '@throughline/otel-shared'
import { setInList } from '../core/attribute-list.ts'
import type { Invocation } from '../core/invocation.ts'
import { ATTR_KEPT } from '../core/semconv.ts'
import type { SpanRecord } from '../core/span-record.ts'
import { MAX_UNDECIDED } from '../limits.ts'
import { ERROR } from '../platform/api-constants.ts'

/** Exports a finished span if it is sampled. Otherwise holds it until the tail decision, or follows that decision. */
export function exportOrHold(invocation: Invocation, span: SpanRecord): void {
  const { tailDecision } = invocation
  if ((span.flags & SAMPLED_FLAG) !== 0) send(invocation, span)
  else if (tailDecision) keep(invocation, span, tailDecision)
  else if (tailDecision === undefined) {
    invocation.undecided ??= []
    if (invocation.undecided.length < MAX_UNDECIDED) invocation.undecided.push(span)
    else invocation.undecidedOverflow = (invocation.undecidedOverflow ?? 0) + 1
  }
}

/**
 * Makes the tail decision: whether the unsampled spans of an ended invocation are exported, by the option `keep`.
 *
 * @param roots the ended spans without a parent in this invocation. The decision depends on their status and duration.
 */
export function makeTailDecision(invocation: Invocation, roots: readonly SpanRecord[]): void {
  const { sdk, undecided, undecidedOverflow } = invocation
  const { keep: options } = sdk.options
  if (!options || roots.every(({ flags }) => (flags & SAMPLED_FLAG) !== 0)) return
  const failed = options.errors && roots.some(({ status }) => status?.code === ERROR)
  const slowMillis = options.slowMillis ?? Number.POSITIVE_INFINITY
  const slow = roots.some(({ startMillis, endMillis }) => endMillis - startMillis >= slowMillis)
  const decision = failed ? 'error' : slow ? 'slow' : ''
  invocation.tailDecision = decision
  invocation.undecided = undefined
  if (!decision) return
  for (const span of undecided ?? []) keep(invocation, span, decision)
  sdk.buffer.drop(undecidedOverflow ?? 0)
}

function keep(invocation: Invocation, span: SpanRecord, reason: string): void {
  setInList(span.attributes, ATTR_KEPT, reason)
  send(invocation, span)
}

function send({ sdk, lifetime }: Invocation, span: SpanRecord): void {
  sdk.buffer.add(span, span.scope, lifetime)
}
