import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api'
import { injectBaggage, injectTraceContext } from '@throughline/otel-shared'

type Extract = TextMapPropagator['extract']

/**
 * The W3C propagator of the page. Pages often inject contexts and rarely extract one, so extraction is in the extras
 * chunk. Until that chunk is loaded, `extract` returns the given context unchanged.
 */
export class PagePropagator implements TextMapPropagator {
  readonly #hooks: { readonly extract?: Extract }

  constructor(hooks: { readonly extract?: Extract }) {
    this.#hooks = hooks
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    injectTraceContext(context, carrier, setter)
    injectBaggage(context, carrier, setter)
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    return this.#hooks.extract?.(context, carrier, getter) ?? context
  }

  fields(): string[] {
    return ['traceparent', 'tracestate', 'baggage']
  }
}
