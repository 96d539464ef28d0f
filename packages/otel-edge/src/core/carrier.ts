import type { Context, TextMapPropagator } from '@opentelemetry/api'
import { EMPTY_CONTEXT } from './context.ts'

/** The context as plain data, for calls without headers: `{ throughline: 1, traceparent, tracestate, baggage }`. */
export interface ContextCarrier {
  readonly throughline: 1
  readonly [header: string]: unknown
}

export function isContextCarrier(value: unknown): value is ContextCarrier {
  return typeof value === 'object' && value !== null && 'throughline' in value && value.throughline === 1
}

/** Injects the context into a new carrier. */
export function toCarrier(context: Context, propagator: TextMapPropagator): ContextCarrier {
  const carrier: Record<string, unknown> = {}
  propagator.inject(context, carrier, {
    set: (target, key, value) => Reflect.set(target as object, key, value),
  })
  return { throughline: 1, ...carrier }
}

/** Extracts the context of a carrier. Malformed fields are ignored. */
export function fromCarrier(carrier: ContextCarrier, propagator: TextMapPropagator): Context {
  return propagator.extract(EMPTY_CONTEXT, carrier, {
    get(source, key) {
      const value = (source as ContextCarrier)[key]
      return typeof value === 'string' ? value : undefined
    },
    keys: (source) => Object.keys(source as object),
  })
}
