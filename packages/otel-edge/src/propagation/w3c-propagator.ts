import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api'
import {
  extractBaggage,
  extractTraceContext,
  injectBaggage,
  injectTraceContext,
} from '@throughline/otel-shared'

/** W3C Trace Context Level 2 and W3C Baggage in one propagator: `traceparent`, `tracestate`, `baggage`. */
export class W3CPropagator implements TextMapPropagator {
  readonly #traceContext: boolean
  readonly #baggage: boolean

  /** @param names the formats that are used, of `tracecontext` and `baggage`; other names are ignored. */
  constructor(names: readonly string[]) {
    this.#traceContext = names.includes('tracecontext')
    this.#baggage = names.includes('baggage')
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    if (this.#traceContext) injectTraceContext(context, carrier, setter)
    if (this.#baggage) injectBaggage(context, carrier, setter)
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const extracted = this.#traceContext ? extractTraceContext(context, carrier, getter) : context
    return this.#baggage ? extractBaggage(extracted, carrier, getter) : extracted
  }

  fields(): string[] {
    return [
      ...(this.#traceContext ? ['traceparent', 'tracestate'] : []),
      ...(this.#baggage ? ['baggage'] : []),
    ]
  }
}
