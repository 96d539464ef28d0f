import type { Attributes, Context } from '@opentelemetry/api'
import { TraceFlags } from '@opentelemetry/api'
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { TraceClock } from '../clock.ts'
import { ATTR_CLOCK_OFFSET, ATTR_INCOMPLETE } from '../semconv.ts'
import { type EncodedSpan, toEncodedSpan } from './batches.ts'
import { encodeSpan } from './encode-span.ts'

export interface SpanQueueParts {
  readonly clock: TraceClock
  /** True for spans that somebody else ends when the page goes: the actions. */
  readonly endsItself: (span: object) => boolean
  /** Told that something waits. */
  readonly onQueued: () => void
  /** Runs before encoding, so that nothing private is ever kept. */
  readonly redact: (span: ReadableSpan) => void
}

/** Holds the spans that are open and those that have ended, until they are taken to be sent. */
export class SpanQueue implements SpanProcessor {
  readonly #open = new Set<Span>()
  readonly #sentOpen = new WeakSet<object>()
  readonly #late = new WeakMap<object, Attributes>()
  readonly #parts: SpanQueueParts
  #ended: ReadableSpan[] = []

  constructor(parts: SpanQueueParts) {
    this.#parts = parts
  }

  onStart(span: Span, _parent: Context): void {
    if (isSampled(span) && !this.#parts.endsItself(span)) this.#open.add(span)
  }

  onEnd(span: ReadableSpan): void {
    this.#open.delete(span as Span)
    if (!isSampled(span) || this.#sentOpen.has(span)) return
    this.#ended.push(span)
    this.#parts.onQueued()
  }

  /** Attributes that are learnt after a span ended; too late once it is taken. */
  addLate(span: object, attributes: Attributes): void {
    this.#late.set(span, attributes)
  }

  /** Everything that has ended, encoded; the queue is empty afterwards. */
  takeEnded(): EncodedSpan[] {
    return this.#ended.splice(0).map((span) => this.#encode(span))
  }

  /** Everything that is open, cut now and marked; it is not sent again when it really ends. */
  takeOpen(): EncodedSpan[] {
    const spans = Array.from(this.#open)
    this.#open.clear()
    return spans.map((span) => {
      this.#sentOpen.add(span)
      span.setAttribute(ATTR_INCOMPLETE, true)
      return this.#encode(span as unknown as ReadableSpan)
    })
  }

  #encode(span: ReadableSpan): EncodedSpan {
    const { clock, redact } = this.#parts
    const { traceId } = span.spanContext()
    redact(span)
    const offsetMillis = clock.offsetOf(traceId)
    const extra: Attributes = { ...this.#late.get(span) }
    if (!span.parentSpanContext && offsetMillis !== 0) extra[ATTR_CLOCK_OFFSET] = offsetMillis
    const { name, version } = span.instrumentationScope
    return toEncodedSpan(
      JSON.stringify(version ? { name, version } : { name }),
      encodeSpan(span, {
        offsetMillis,
        extraAttributes: extra,
        ...(span.ended ? {} : { endTime: clock.at(traceId) }),
      }),
    )
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {
    this.#open.clear()
  }
}

function isSampled(span: Span | ReadableSpan): boolean {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0
}
