import type { Context, TextMapPropagator } from '@opentelemetry/api'
import { type ContextCarrier, fromCarrier, isContextCarrier, toCarrier } from './carrier.ts'
import { activeContext } from './context.ts'

interface Envelope extends ContextCarrier {
  /** Absent when it was `undefined`, which JSON does not hold. */
  readonly body?: unknown
}

/** Puts a message's body into the envelope that carries the context; queues have no headers for it. */
export function envelop(body: unknown, propagator: TextMapPropagator): Envelope {
  return { ...toCarrier(activeContext(), propagator), body }
}

/** Takes a body out of its envelope. A body without one comes back as it is, without a context. */
export function openEnvelope(
  message: unknown,
  propagator: TextMapPropagator,
): { readonly body: unknown; readonly context?: Context } {
  if (!isContextCarrier(message)) return { body: message }
  return { body: message.body, context: fromCarrier(message, propagator) }
}
