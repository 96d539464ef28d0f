import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api'
import { getSpanContext, NO_SPAN, setSpanContext } from './api-context.ts'
import { B3Propagator, isSamplingDeferred } from './b3-propagator.ts'
import { JaegerPropagator } from './jaeger-propagator.ts'
import { W3CPropagator } from './w3c-propagator.ts'

/**
 * The propagators named by `OTEL_PROPAGATORS`: `tracecontext`, `baggage`, `b3`, `b3multi`, `jaeger`, `none`.
 * Default: `tracecontext,baggage`.
 *
 * All of them write. When a request carries several formats, the first name in the list whose header is well
 * formed decides the trace; the others are not looked at.
 *
 * @param onUnknown called with each name that is not known, which is then left out.
 */
export function createPropagator(
  names: readonly string[] = ['tracecontext', 'baggage'],
  onUnknown: (name: string) => void = () => {},
): TextMapPropagator {
  const propagators: TextMapPropagator[] = []
  const traceContext = names.includes('tracecontext')
  const baggage = names.includes('baggage')
  for (const name of names) {
    // W3CPropagator does both, so the second name of the two adds nothing.
    if (name === 'tracecontext') propagators.push(new W3CPropagator({ traceContext, baggage }))
    else if (name === 'baggage')
      propagators.push(...(traceContext ? [] : [new W3CPropagator({ traceContext, baggage })]))
    else if (name === 'b3') propagators.push(new B3Propagator('single'))
    else if (name === 'b3multi') propagators.push(new B3Propagator('multi'))
    else if (name === 'jaeger') propagators.push(new JaegerPropagator())
    else if (name !== 'none') onUnknown(name)
  }
  const [only] = propagators
  return propagators.length === 1 && only ? only : composite(propagators)
}

function composite(propagators: readonly TextMapPropagator[]): TextMapPropagator {
  return {
    inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
      const spanContext = getSpanContext(context)
      const isDeferred = spanContext !== undefined && isSamplingDeferred(spanContext)
      // The other formats cannot say that nobody has decided yet: of them, the baggage goes along.
      const others = isDeferred ? setSpanContext(context, NO_SPAN) : context
      for (const propagator of propagators) {
        propagator.inject(propagator instanceof B3Propagator ? context : others, carrier, setter)
      }
    },
    extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
      let extracted = context
      for (const propagator of propagators) {
        const next = propagator.extract(extracted, carrier, getter)
        const found = getSpanContext(extracted)
        // A later format may add baggage, never replace a trace that an earlier one gave.
        extracted = found ? setSpanContext(next, found) : next
      }
      return extracted
    },
    fields: () => propagators.flatMap((propagator) => propagator.fields()),
  }
}
