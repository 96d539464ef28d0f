import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api'
import { injectBaggage, injectTraceContext } from '@throughline/otel-shared'

/** Functions that are loaded with the extras. */
export interface PropagatorHooks {
  /** Extracts a context from trace headers. */
  extract?: TextMapPropagator['extract']
  /** Adds the session to the baggage of a request to the page's own origin. */
  addBaggage?: (context: Context) => Context
}

/**
 * The W3C propagator of the page. Pages often inject contexts and rarely extract one, so extraction is in the extras
 * chunk. Until that chunk is loaded, `extract` returns the given context unchanged.
 */
export class PagePropagator implements TextMapPropagator {
  readonly #hooks: PropagatorHooks

  constructor(hooks: PropagatorHooks) {
    this.#hooks = hooks
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    injectTraceContext(context, carrier, setter)
    injectBaggage(this.#hooks.addBaggage?.(context) ?? context, carrier, setter)
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    return this.#hooks.extract?.(context, carrier, getter) ?? context
  }

  fields(): string[] {
    return ['traceparent', 'tracestate', 'baggage']
  }
}
