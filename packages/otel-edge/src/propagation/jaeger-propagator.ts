import type { Context, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api'
import {
  getSpanContext,
  isSpanContextValid,
  isSpanId,
  isTraceId,
  SAMPLED_FLAG,
  setSpanContext,
} from '@throughline/otel-shared'

const HEADER = 'uber-trace-id'
// The longest value has 69 characters, 75 with percent-encoded colons.
const MAX_LENGTH = 128

/**
 * The propagation format of Jaeger: `uber-trace-id: {trace}:{span}:{parent}:{flags}`. Ids may lack leading zeros. Some
 * clients percent-encode the value.
 *
 * @see https://www.jaegertracing.io/docs/1.76/client-libraries/#propagation-format
 */
export class JaegerPropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const spanContext = getSpanContext(context)
    if (!spanContext || !isSpanContextValid(spanContext)) return
    const { traceId, spanId, traceFlags } = spanContext
    setter.set(carrier, HEADER, `${traceId}:${spanId}:0:${traceFlags & SAMPLED_FLAG}`)
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const value = getter.get(carrier, HEADER)
    const header = (Array.isArray(value) ? value[0] : value) ?? ''
    if (header.length > MAX_LENGTH) return context
    const match = /^([0-9a-f]{1,32}):([0-9a-f]{1,16}):[0-9a-f]{1,16}:([0-9a-f]{1,2})$/i.exec(
      header.trim().replaceAll(/%3a/gi, ':'),
    )
    const traceId = match?.[1]?.toLowerCase().padStart(32, '0')
    const spanId = match?.[2]?.toLowerCase().padStart(16, '0')
    if (!isTraceId(traceId) || !isSpanId(spanId)) return context
    const traceFlags = Number.parseInt(match?.[3] ?? '0', 16) & SAMPLED_FLAG
    return setSpanContext(context, { traceId, spanId, traceFlags, isRemote: true })
  }

  fields(): string[] {
    return [HEADER]
  }
}
