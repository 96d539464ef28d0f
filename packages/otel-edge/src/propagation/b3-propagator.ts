import type {
  Context,
  SpanContext,
  TextMapGetter,
  TextMapPropagator,
  TextMapSetter,
} from '@opentelemetry/api'
import {
  getSpanContext,
  isSpanContextValid,
  isSpanId,
  isTraceId,
  SAMPLED_FLAG,
  setSpanContext,
} from '@throughline/otel-shared'

// The longest `b3` header has 68 characters: trace id, span id, sampling state and parent id.
const MAX_LENGTH = 128

/** The context key of the debug flag, which applies to the whole trace and is propagated. */
const DEBUG = Symbol('throughline b3 debug')

/** The span contexts that were received without a sampling state. */
const deferred = new WeakSet<SpanContext>()

/** Whether the caller has deferred the sampling decision to the receiver, by B3 headers without a sampling state. */
export function isSamplingDeferred(spanContext: SpanContext): boolean {
  return deferred.has(spanContext)
}

/**
 * B3, the propagation format of Zipkin. `single` injects one `b3` header, `multi` the `x-b3-*` headers. Both extract either
 * form. `b3` takes precedence, as specified. Trace ids of 64 bits are padded with zeros on the left.
 *
 * @see https://github.com/openzipkin/b3-propagation
 */
export class B3Propagator implements TextMapPropagator {
  readonly #single: boolean

  constructor(format: 'single' | 'multi') {
    this.#single = format === 'single'
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const spanContext = getSpanContext(context)
    if (!spanContext || !isSpanContextValid(spanContext)) return
    const { traceId, spanId, traceFlags } = spanContext
    const isDebug = context.getValue(DEBUG) === true
    // Without a sampling state, the receiver decides.
    const sampled = deferred.has(spanContext) ? undefined : traceFlags & SAMPLED_FLAG ? '1' : '0'
    if (this.#single) {
      const state = isDebug ? 'd' : sampled
      setter.set(carrier, 'b3', state ? `${traceId}-${spanId}-${state}` : `${traceId}-${spanId}`)
    } else {
      setter.set(carrier, 'x-b3-traceid', traceId)
      setter.set(carrier, 'x-b3-spanid', spanId)
      // The debug flag implies the sampling decision.
      if (isDebug) setter.set(carrier, 'x-b3-flags', '1')
      else if (sampled) setter.set(carrier, 'x-b3-sampled', sampled)
    }
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const read = (name: string) => {
      const value = getter.get(carrier, name)
      const text = Array.isArray(value) ? value[0] : value
      return text && text.length <= MAX_LENGTH ? text.trim() : undefined
    }
    const [traceId, spanId, sampled] = read('b3')?.split('-') ?? []
    return (
      this.#restore(context, traceId, spanId, sampled) ??
      this.#restore(
        context,
        read('x-b3-traceid'),
        read('x-b3-spanid'),
        read('x-b3-flags') === '1' ? 'd' : read('x-b3-sampled'),
      ) ??
      context
    )
  }

  fields(): string[] {
    return ['b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'x-b3-flags', 'x-b3-parentspanid']
  }

  #restore(context: Context, traceId = '', spanId = '', sampled = ''): Context | undefined {
    const longTraceId = traceId.toLowerCase().padStart(32, '0')
    const longSpanId = spanId.toLowerCase()
    const hasLength = traceId.length === 16 || traceId.length === 32
    if (!hasLength || !isTraceId(longTraceId) || !isSpanId(longSpanId)) return undefined
    const traceFlags = /^(?:1|d|true)$/i.test(sampled) ? SAMPLED_FLAG : 0
    const outer = /^d$/i.test(sampled) ? context.setValue(DEBUG, true) : context
    const spanContext: SpanContext = {
      traceId: longTraceId,
      spanId: longSpanId,
      traceFlags,
      isRemote: true,
    }
    if (sampled === '') deferred.add(spanContext)
    return setSpanContext(outer, spanContext)
  }
}
