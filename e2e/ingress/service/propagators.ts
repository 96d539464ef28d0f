import type { TextMapPropagator } from '@opentelemetry/api'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3'
import { JaegerPropagator } from '@opentelemetry/propagator-jaeger'

/** The formats of trace headers that a service can speak. */
export type Format = 'w3c' | 'b3' | 'b3multi' | 'b3-64' | 'jaeger'

/** The stock propagator of one format. */
export function propagatorOf(format: Format): TextMapPropagator {
  switch (format) {
    case 'w3c':
      return new CompositePropagator({
        propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
      })
    case 'b3':
      return new B3Propagator()
    case 'b3multi':
      return new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER })
    case 'b3-64':
      return shortened(new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER }))
    case 'jaeger':
      return new JaegerPropagator()
  }
}

const TRACE_ID = 'X-B3-TraceId'
const SHORT_LENGTH = 16

/**
 * The propagator of a service whose trace ids have 64 bits: it reads and writes the last 16 digits of a trace id.
 *
 * @see https://github.com/openzipkin/b3-propagation#traceid-1
 */
function shortened(propagator: TextMapPropagator): TextMapPropagator {
  const shorten = (name: string, value: string) =>
    name.toLowerCase() === TRACE_ID.toLowerCase() ? value.slice(-SHORT_LENGTH) : value
  return {
    inject: (context, carrier, setter) =>
      propagator.inject(context, carrier, {
        set: (target, name, value) => setter.set(target as typeof carrier, name, shorten(name, value)),
      }),
    extract: (context, carrier, getter) =>
      propagator.extract(context, carrier, {
        keys: (source) => getter.keys(source as typeof carrier),
        get(source, name) {
          const value = getter.get(source as typeof carrier, name)
          return typeof value === 'string' ? shorten(name, value) : value
        },
      }),
    fields: () => propagator.fields(),
  }
}
