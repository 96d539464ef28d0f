import { SAMPLED_FLAG } from '@throughline/otel-shared'
import { ERROR } from './api-constants.ts'
import { setInList } from './attribute-list.ts'
import type { Invocation } from './invocation.ts'
import { ATTR_KEPT } from './semconv.ts'
import type { SpanRecord } from './span-record.ts'

/** Hands a finished span to the isolate's buffer; one that is not sampled waits for the end of its event. */
export function record(invocation: Invocation, span: SpanRecord): void {
  if ((span.flags & SAMPLED_FLAG) !== 0) send(invocation, span)
  else if (invocation.kept) keep(invocation, span, invocation.kept)
  else if (invocation.kept === undefined) {
    invocation.held ??= []
    if (invocation.held.length < MAX_HELD) invocation.held.push(span)
    else invocation.heldOver = (invocation.heldOver ?? 0) + 1
  }
}

const MAX_HELD = 200

/** Decides, when the spans of an event have ended, whether those not sampled are exported all the same. */
export function settleHeld(invocation: Invocation, roots: readonly SpanRecord[]): void {
  const { keep: options } = invocation.sdk.options
  if (!options || roots.every(({ flags }) => (flags & SAMPLED_FLAG) !== 0)) return
  const failed = options.errors && roots.some(({ status }) => status?.code === ERROR)
  const slowMillis = options.slowMillis ?? Number.POSITIVE_INFINITY
  const slow = roots.some(({ startMillis, endMillis }) => endMillis - startMillis >= slowMillis)
  invocation.kept = failed ? 'error' : slow ? 'slow' : ''
  for (const held of invocation.held ?? []) {
    if (invocation.kept) keep(invocation, held, invocation.kept)
  }
  if (invocation.kept && invocation.heldOver) invocation.sdk.buffer.drop(invocation.heldOver)
  invocation.held = undefined
}

function keep(invocation: Invocation, span: SpanRecord, reason: string): void {
  setInList(span.attributes, ATTR_KEPT, reason)
  send(invocation, span)
}

function send({ sdk, lifetime }: Invocation, span: SpanRecord): void {
  sdk.buffer.add(span, span.scope, lifetime)
}
