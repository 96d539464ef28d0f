import type { Baggage, Context, Span, SpanContext } from '@opentelemetry/api'
import { isSpanId, isTraceId } from './ids.ts'

// The API's own functions would add all of its no-op classes to a bundle. All copies of the API use the same keys, since
// `createContextKey` returns `Symbol.for(…)`.
const SPAN_KEY = Symbol.for('OpenTelemetry Context Key SPAN')
const BAGGAGE_KEY = Symbol.for('OpenTelemetry Baggage Key')

/** The span in a context, if any. */
export function getSpan(context: Context): Span | undefined {
  return context.getValue(SPAN_KEY) as Span | undefined
}

export function setSpan(context: Context, span: Span): Context {
  return context.setValue(SPAN_KEY, span)
}

export function getSpanContext(context: Context): SpanContext | undefined {
  return getSpan(context)?.spanContext()
}

/** Sets a span of which only the span context is known, such as a span of another process. */
export function setSpanContext(context: Context, spanContext: SpanContext): Context {
  return setSpan(context, new NonRecordingSpan(spanContext))
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

/** A span that records nothing and propagates its span context. */
export class NonRecordingSpan implements Span {
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
