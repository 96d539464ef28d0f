import type { Context, TextMapPropagator } from '@opentelemetry/api'
import { type ContextCarrier, fromCarrier, isContextCarrier, toCarrier } from '../core/carrier.ts'
import { activeContext } from '../core/context.ts'

interface Envelope extends ContextCarrier {
  /** Absent for `undefined`, which JSON cannot express. */
  readonly body?: unknown
}

/** Wraps a body and the active context in an envelope. Queue messages have no headers that could carry the context. */
export function injectIntoMessage(body: unknown, propagator: TextMapPropagator): Envelope {
  return { ...toCarrier(activeContext(), propagator), body }
}

/** Returns the body and the context in an envelope. A body without an envelope is returned without a context. */
export function extractFromMessage(
  message: unknown,
  propagator: TextMapPropagator,
): { readonly body: unknown; readonly context?: Context } {
  if (!isContextCarrier(message)) return { body: message }
  return { body: message.body, context: fromCarrier(message, propagator) }
}
