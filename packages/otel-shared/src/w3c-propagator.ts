import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api'
import { getBaggage, getSpanContext, isSpanContextValid, setBaggage, setSpanContext } from './api-context.ts'
import { formatBaggage, parseBaggage } from './baggage.ts'
import { formatTraceparent, parseTraceparent } from './traceparent.ts'
import { parseTracestate } from './tracestate.ts'

const MAX_TRACESTATE_LENGTH = 512

/**
 * W3C Trace Context level 2 and W3C Baggage in one propagator: `traceparent`, `tracestate`, `baggage`.
 *
 * A malformed or repeated `traceparent` is as good as absent; an illegal `tracestate` is dropped whole while the
 * `traceparent` stays.
 *
 * @see https://www.w3.org/TR/trace-context-2/ and https://www.w3.org/TR/baggage/
 */
export class W3CPropagator implements TextMapPropagator {
  readonly #traceContext: boolean
  readonly #baggage: boolean

  /** Either half can be switched off. Default: both on. */
  constructor({ traceContext = true, baggage = true }: { traceContext?: boolean; baggage?: boolean } = {}) {
    this.#traceContext = traceContext
    this.#baggage = baggage
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const spanContext = this.#traceContext ? getSpanContext(context) : undefined
    if (spanContext && isSpanContextValid(spanContext)) {
      setter.set(carrier, 'traceparent', formatTraceparent(spanContext))
      const state = spanContext.traceState?.serialize()
      if (state) setter.set(carrier, 'tracestate', truncateTracestate(state))
    }
    const baggage = this.#baggage ? getBaggage(context) : undefined
    const header = baggage && formatBaggage(baggage)
    if (header) setter.set(carrier, 'baggage', header)
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    let extracted = context
    const traceparent = this.#traceContext ? single(getter.get(carrier, 'traceparent')) : undefined
    const spanContext = traceparent === undefined ? undefined : parseTraceparent(traceparent)
    if (spanContext) {
      const state = joined(getter.get(carrier, 'tracestate'))
      const traceState = state === undefined ? undefined : parseTracestate(state)
      extracted = setSpanContext(extracted, traceState ? { ...spanContext, traceState } : spanContext)
    }
    const baggageHeader = this.#baggage ? joined(getter.get(carrier, 'baggage')) : undefined
    const baggage = baggageHeader === undefined ? undefined : parseBaggage(baggageHeader)
    return baggage ? setBaggage(extracted, baggage) : extracted
  }

  fields(): string[] {
    return [
      ...(this.#traceContext ? ['traceparent', 'tracestate'] : []),
      ...(this.#baggage ? ['baggage'] : []),
    ]
  }
}

/** Level 2: drop whole members, those over 128 characters first, then from the end, down to 512 characters. */
function truncateTracestate(state: string): string {
  if (state.length <= MAX_TRACESTATE_LENGTH) return state
  const members = state.split(',')
  const fits = () => members.join(',').length <= MAX_TRACESTATE_LENGTH
  for (let index = members.length - 1; index >= 0 && !fits(); index--) {
    if ((members[index]?.length ?? 0) > 128) members.splice(index, 1)
  }
  while (!fits()) members.pop()
  return members.join(',')
}

function single(value: string | string[] | undefined): string | undefined {
  if (!Array.isArray(value)) return value
  return value.length === 1 ? value[0] : undefined
}

function joined(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value
}
