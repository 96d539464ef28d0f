import type { Context, TextMapGetter, TextMapSetter } from '@opentelemetry/api'
import {
  getBaggage,
  getSpanContext,
  isSpanContextValid,
  setBaggage,
  setSpanContext,
} from '../context/api-context.ts'
import { MAX_SENT_TRACESTATE } from '../limits.ts'
import { formatBaggage, parseBaggage } from './baggage.ts'
import { formatTraceparent, parseTraceparent } from './traceparent.ts'
import { parseTracestate } from './tracestate.ts'

/**
 * Writes `traceparent` and `tracestate`, if the context has a valid span.
 *
 * @see https://www.w3.org/TR/trace-context-2/
 */
export function injectTraceContext(context: Context, carrier: unknown, setter: TextMapSetter): void {
  const spanContext = getSpanContext(context)
  if (!spanContext || !isSpanContextValid(spanContext)) return
  setter.set(carrier, 'traceparent', formatTraceparent(spanContext))
  const { traceState } = spanContext
  const state = traceState && truncateTracestate(traceState.serialize())
  if (state) setter.set(carrier, 'tracestate', state)
}

/**
 * Writes `baggage`, if the context has entries.
 *
 * @see https://www.w3.org/TR/baggage/
 */
export function injectBaggage(context: Context, carrier: unknown, setter: TextMapSetter): void {
  const entries = getBaggage(context)
  const header = entries && formatBaggage(entries)
  if (header) setter.set(carrier, 'baggage', header)
}

/**
 * Reads `traceparent` and `tracestate`. A malformed or repeated `traceparent` counts as absent. A malformed `tracestate` is
 * dropped, and the `traceparent` is kept.
 */
export function extractTraceContext(context: Context, carrier: unknown, getter: TextMapGetter): Context {
  const traceparent = single(getter.get(carrier, 'traceparent'))
  const spanContext = traceparent === undefined ? undefined : parseTraceparent(traceparent)
  if (!spanContext) return context
  const state = joined(getter.get(carrier, 'tracestate'))
  const traceState = state === undefined ? undefined : parseTracestate(state)
  return setSpanContext(context, traceState ? { ...spanContext, traceState } : spanContext)
}

/** Reads `baggage`. Without a well-formed entry, the context is returned unchanged. */
export function extractBaggage(context: Context, carrier: unknown, getter: TextMapGetter): Context {
  const header = joined(getter.get(carrier, 'baggage'))
  const entries = header === undefined ? undefined : parseBaggage(header)
  return entries ? setBaggage(context, entries) : context
}

/**
 * Removes members until 512 characters remain: first those over 128 characters, then from the end.
 *
 * @see https://www.w3.org/TR/trace-context-2/#tracestate-limits
 */
function truncateTracestate(state: string): string {
  const members = state.split(',')
  while (members.join().length > MAX_SENT_TRACESTATE) {
    // Without a long member the index is -1, with which `splice` removes the last member.
    members.splice(members.map(({ length }) => length > 128).lastIndexOf(true), 1)
  }
  return members.join()
}

function single(value: string | string[] | undefined): string | undefined {
  if (!Array.isArray(value)) return value
  return value.length === 1 ? value[0] : undefined
}

function joined(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value
}
