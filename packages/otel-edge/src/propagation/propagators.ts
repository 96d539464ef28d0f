import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api'
import { getSpanContext, setSpanContext } from '@throughline/otel-shared'
import { INVALID_SPAN_CONTEXT } from '../platform/api-constants.ts'
import { B3Propagator, isSamplingDeferred } from './b3-propagator.ts'
import { JaegerPropagator } from './jaeger-propagator.ts'
import { createW3CPropagator } from './w3c-propagator.ts'

/**
 * The propagators named by `OTEL_PROPAGATORS`: `tracecontext`, `baggage`, `b3`, `b3multi`, `jaeger`, `none`.
 * Default: `tracecontext,baggage`.
 *
 * All of them inject. When a request carries several formats, the first name in the list whose header is well formed
 * decides the trace, and the others are ignored. Unknown names are ignored.
 */
export function createPropagator(names: readonly string[] = ['tracecontext', 'baggage']): TextMapPropagator {
  const propagators: TextMapPropagator[] = []
  for (const name of new Set(names)) {
    // One W3C propagator handles both formats.
    if (name === 'tracecontext' || (name === 'baggage' && !names.includes('tracecontext')))
      propagators.push(createW3CPropagator(names))
    else if (name === 'b3') propagators.push(new B3Propagator('single'))
    else if (name === 'b3multi') propagators.push(new B3Propagator('multi'))
    else if (name === 'jaeger') propagators.push(new JaegerPropagator())
  }
  const [only] = propagators
  return propagators.length === 1 && only ? only : composite(propagators)
}

function composite(propagators: readonly TextMapPropagator[]): TextMapPropagator {
  return {
    inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
      const spanContext = getSpanContext(context)
      const isDeferred = spanContext !== undefined && isSamplingDeferred(spanContext)
      // Only B3 can express a deferred sampling decision. The other formats propagate only the baggage.
      const others = isDeferred ? setSpanContext(context, INVALID_SPAN_CONTEXT) : context
      for (const propagator of propagators) {
        propagator.inject(propagator instanceof B3Propagator ? context : others, carrier, setter)
      }
    },
    extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
      let extracted = context
      for (const propagator of propagators) {
        const next = propagator.extract(extracted, carrier, getter)
        const found = getSpanContext(extracted)
        // A later format can add baggage, but does not replace the trace of an earlier one.
        extracted = found ? setSpanContext(next, found) : next
      }
      return extracted
    },
    fields: () => propagators.flatMap((propagator) => propagator.fields()),
  }
}
