import { type Attributes, TraceFlags } from '@opentelemetry/api'
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { TraceClock } from '../clock.ts'
import {
  ATTR_CLOCK_OFFSET,
  ATTR_DROPPED_SPANS,
  ATTR_INCOMPLETE,
  ATTR_KEPT,
  ATTR_SESSION_ID,
} from '../semconv.ts'
import type { KeptTraces } from '../session/kept-traces.ts'
import { type EncodedSpan, toEncodedSpan } from './batches.ts'
import { encodeSpan } from './encode-span.ts'
import type { Redactor } from './redact-attributes.ts'

export interface SpanQueueParts {
  readonly clock: TraceClock
  readonly kept: KeptTraces
  readonly redactor: Redactor
  /** True for spans that somebody else ends when the page goes: the actions. */
  readonly endsItself: (span: object) => boolean
  /** False while nothing may be recorded. */
  readonly isRecording: () => boolean
  readonly sessionId: () => string
  /** Spans that never arrived since this was last asked. */
  readonly takeDropped: () => number
  /** Told how many spans are missing in a trace that is kept. */
  readonly onLost: (count: number) => void
  /** Told that something waits. */
  readonly onQueued: () => void
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

  onStart(span: Span): void {
    if (isLocalRoot(span)) span.setAttribute(ATTR_SESSION_ID, this.#parts.sessionId())
    if (isSampled(span) && !this.#parts.endsItself(span)) this.#open.add(span)
  }

  onEnd(span: ReadableSpan): void {
    this.#open.delete(span as Span)
    if (this.#sentOpen.has(span) || !this.#parts.isRecording()) return
    if (isSampled(span)) this.#ended.push(span)
    else this.#keep(span)
    if (this.#ended.length > 0) this.#parts.onQueued()
  }

  /** Attributes that are learnt after a span ended; too late once it is taken. */
  addLate(span: object, attributes: Attributes): void {
    this.#late.set(span, { ...this.#late.get(span), ...attributes })
  }

  /** Everything that has ended, encoded; the queue is empty afterwards. */
  takeEnded(): EncodedSpan[] {
    return this.#ended.splice(0).map((span) => this.#encode(span))
  }

  /** Everything that is open, cut now and marked; it is not sent again when it really ends. */
  takeOpen(): EncodedSpan[] {
    const spans = Array.from(this.#open)
    this.#open.clear()
    if (!this.#parts.isRecording()) return []
    return spans.map((span) => {
      this.#sentOpen.add(span)
      span.setAttribute(ATTR_INCOMPLETE, true)
      return this.#encode(span as unknown as ReadableSpan)
    })
  }

  /** Forgets everything. */
  clear(): void {
    this.#ended = []
    this.#open.clear()
  }

  #keep(span: ReadableSpan): void {
    const kept = this.#parts.kept.add(span, this.#parts.endsItself(span))
    if (!kept) return
    this.#parts.onLost(kept.lost)
    for (const each of kept.spans) {
      this.addLate(each, { [ATTR_KEPT]: kept.reason })
      this.#ended.push(each)
    }
  }

  #encode(span: ReadableSpan): EncodedSpan {
    const { clock, redactor } = this.#parts
    const { traceId } = span.spanContext()
    const offsetMillis = clock.offsetOf(traceId)
    const { name, version } = span.instrumentationScope
    const encoded = encodeSpan(span, {
      offsetMillis,
      redactor,
      extraAttributes: {
        ...this.#late.get(span),
        ...(isLocalRoot(span) && this.#rootAttributes(offsetMillis)),
      },
      endTime: span.ended ? undefined : clock.at(traceId),
    })
    return toEncodedSpan(JSON.stringify(version ? { name, version } : { name }), encoded)
  }

  #rootAttributes(offsetMillis: number): Attributes {
    return {
      [ATTR_CLOCK_OFFSET]: offsetMillis || undefined,
      [ATTR_DROPPED_SPANS]: this.#parts.takeDropped() || undefined,
    }
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {
    this.clear()
  }
}

function isSampled(span: Span | ReadableSpan): boolean {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0
}

/** A span without a parent in this page. */
function isLocalRoot(span: Span | ReadableSpan): boolean {
  const { parentSpanContext } = span as Partial<ReadableSpan>
  return !parentSpanContext || parentSpanContext.isRemote === true
}
