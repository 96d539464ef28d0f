import type { TextMapPropagator } from '@opentelemetry/api'
import {
  extractBaggage,
  extractTraceContext,
  injectBaggage,
  injectTraceContext,
} from '@throughline/otel-shared'

/**
 * W3C Trace Context Level 2 and W3C Baggage in one propagator: `traceparent`, `tracestate`, `baggage`.
 *
 * @param names the formats that are used, of `tracecontext` and `baggage`; other names are ignored.
 */
export function createW3CPropagator(names: readonly string[]): TextMapPropagator {
  const hasTraceContext = names.includes('tracecontext')
  const hasBaggage = names.includes('baggage')
  const fields = [
    ...(hasTraceContext ? ['traceparent', 'tracestate'] : []),
    ...(hasBaggage ? ['baggage'] : []),
  ]
  return {
    inject(context, carrier, setter) {
      if (hasTraceContext) injectTraceContext(context, carrier, setter)
      if (hasBaggage) injectBaggage(context, carrier, setter)
    },
    extract(context, carrier, getter) {
      const extracted = hasTraceContext ? extractTraceContext(context, carrier, getter) : context
      return hasBaggage ? extractBaggage(extracted, carrier, getter) : extracted
    },
    fields: () => fields,
  }
}
