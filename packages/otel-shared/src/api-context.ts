import type { Baggage, Context, Span, SpanContext } from '@opentelemetry/api'
import { isSpanId, isTraceId } from './ids.ts'

// The API's own helpers for these six lines bring all of its no-op classes into a bundle. The keys are its
// cross-version contract: `createContextKey` returns `Symbol.for(…)` so that every copy of the API finds the same value.
const SPAN_KEY = Symbol.for('OpenTelemetry Context Key SPAN')
const BAGGAGE_KEY = Symbol.for('OpenTelemetry Baggage Key')

/** The span a context holds, if any. */
export function getSpan(context: Context): Span | undefined {
  return context.getValue(SPAN_KEY) as Span | undefined
}

export function setSpan(context: Context, span: Span): Context {
  return context.setValue(SPAN_KEY, span)
}

export function getSpanContext(context: Context): SpanContext | undefined {
  return getSpan(context)?.spanContext()
}

/** A context whose span is known by its ids alone, as one from another process is. */
export function setSpanContext(context: Context, spanContext: SpanContext): Context {
  return setSpan(context, new PassiveSpan(spanContext))
}

export function getBaggage(context: Context): Baggage | undefined {
  return context.getValue(BAGGAGE_KEY) as Baggage | undefined
}

export function setBaggage(context: Context, baggage: Baggage): Context {
  return context.setValue(BAGGAGE_KEY, baggage)
}

export function isSpanContextValid({ traceId, spanId }: SpanContext): boolean {
  return isTraceId(traceId) && isSpanId(spanId)
}

/** The ids of no span, as OpenTelemetry's invalid span context. */
export const NO_SPAN: SpanContext = {
  traceId: '00000000000000000000000000000000',
  spanId: '0000000000000000',
  traceFlags: 0,
}

/** A span that records nothing and carries its context on. */
export class PassiveSpan implements Span {
  readonly #spanContext: SpanContext

  constructor(spanContext: SpanContext) {
    this.#spanContext = spanContext
  }

  spanContext(): SpanContext {
    return this.#spanContext
  }

  isRecording(): boolean {
    return false
  }

  setAttribute(): this {
    return this
  }

  setAttributes(): this {
    return this
  }

  addEvent(): this {
    return this
  }

  addLink(): this {
    return this
  }

  addLinks(): this {
    return this
  }

  setStatus(): this {
    return this
  }

  updateName(): this {
    return this
  }

  end(): void {}

  recordException(): void {}
}
