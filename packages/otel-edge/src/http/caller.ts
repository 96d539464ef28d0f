import type { Context, Span } from '@opentelemetry/api'
import { getBaggage, setBaggage } from '@throughline/otel-shared'
import { ATTR_SESSION_ID, ATTR_USER_HASH, ATTR_USER_ID } from '../core/semconv.ts'

/** Members of baggage in which a page sends its session to its own origin and, if it is asked to, its user. */
const CALLER = [ATTR_SESSION_ID, ATTR_USER_ID, ATTR_USER_HASH]

/** Records the session and the user of a trusted caller. */
export function recordCaller(span: Span, context: Context): void {
  const baggage = getBaggage(context)
  for (const key of CALLER) {
    const value = baggage?.getEntry(key)?.value
    if (value) span.setAttribute(key, value)
  }
}

/** Removes the session and the user from the baggage of a context, for a request to an address outside of the system. */
export function withoutCaller(context: Context): Context {
  const baggage = getBaggage(context)
  return baggage ? setBaggage(context, baggage.removeEntries(...CALLER)) : context
}
