import type {
  Context,
  SpanContext,
  TextMapGetter,
  TextMapPropagator,
  TextMapSetter,
} from '@opentelemetry/api'
import { getSpanContext, isSpanContextValid, setSpanContext } from './api-context.ts'
import { isSpanId, isTraceId } from './ids.ts'
import { SAMPLED_FLAG } from './traceparent.ts'

/** Set where the debug flag came in: it is a wish for the whole trace, and goes on with it. */
const DEBUG = Symbol('throughline b3 debug')

const deferred = new WeakSet<SpanContext>()

/** Whether a caller has left the sampling decision to whoever receives its context: B3 without a sampling state. */
export function isSamplingDeferred(spanContext: SpanContext): boolean {
  return deferred.has(spanContext)
}

/**
 * B3, Zipkin's propagation: `single` writes one `b3` header, `multi` the `x-b3-*` headers. Both read either form,
 * `b3` first, as the specification has it. Trace ids of 64 bits are padded with zeros on the left.
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
    // Nothing, where whoever receives it is to decide.
    const sampled = deferred.has(spanContext) ? undefined : traceFlags & SAMPLED_FLAG ? '1' : '0'
    if (this.#single) {
      const state = isDebug ? 'd' : sampled
      setter.set(carrier, 'b3', state ? `${traceId}-${spanId}-${state}` : `${traceId}-${spanId}`)
    } else {
      setter.set(carrier, 'x-b3-traceid', traceId)
      setter.set(carrier, 'x-b3-spanid', spanId)
      // With the flag, the decision is implied.
      if (isDebug) setter.set(carrier, 'x-b3-flags', '1')
      else if (sampled) setter.set(carrier, 'x-b3-sampled', sampled)
    }
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const read = (name: string) => {
      const value = getter.get(carrier, name)
      return Array.isArray(value) ? value[0] : value
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
    const longTraceId = traceId.trim().toLowerCase().padStart(32, '0')
    const longSpanId = spanId.trim().toLowerCase()
    if (!/^(?:.{16}|.{32})$/.test(traceId.trim()) || !isTraceId(longTraceId) || !isSpanId(longSpanId))
      return undefined
    const traceFlags = /^(?:1|d|true)$/i.test(sampled.trim()) ? SAMPLED_FLAG : 0
    const outer = /^d$/i.test(sampled.trim()) ? context.setValue(DEBUG, true) : context
    const spanContext: SpanContext = {
      traceId: longTraceId,
      spanId: longSpanId,
      traceFlags,
      isRemote: true,
    }
    if (sampled.trim() === '') deferred.add(spanContext)
    return setSpanContext(outer, spanContext)
  }
}
