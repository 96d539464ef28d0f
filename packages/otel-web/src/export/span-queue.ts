import { type Attributes, TraceFlags } from '@opentelemetry/api'
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { TraceClock } from '../core/clock.ts'
import {
  ATTR_CLOCK_OFFSET,
  ATTR_DROPPED_SPANS,
  ATTR_INCOMPLETE,
  ATTR_KEPT,
  ATTR_SESSION_ID,
} from '../core/semconv.ts'
import { guarded } from '../platform/guarded.ts'
import type { Redactor } from '../privacy/redact-attributes.ts'
import type { KeptTraces } from '../sampling/kept-traces.ts'
import { type EncodedSpan, toEncodedSpan, toJson } from './batches.ts'
import { encodeSpan } from './encode-span.ts'
import type { ExportCounts } from './export-counts.ts'

const MAX_UNSAMPLED = 1000

export interface SpanQueueParts {
  readonly clock: TraceClock
  readonly redactor: Redactor
  /** Actions are excluded from the open spans: they end themselves when the page is unloaded. */
  readonly actions: { isAction(span: object): boolean }
  readonly recordingState: { isOn(): boolean; readonly session: { readonly id: string } }
  readonly counts: ExportCounts
  /** Called when a span is waiting to be exported. */
  readonly onQueued: () => void
}

/** What the extras chunk adds to spans. */
export interface SpanExtras {
  /** Decides about traces that are not sampled. */
  readonly kept: Pick<KeptTraces, 'add'>
  /** Attributes of all spans, in the order in which they are set. Those that the application has set come after them. */
  readonly initial: readonly Attributes[]
  /** Called for each span when it has started. */
  onStart(span: Span): void
  /** Returns attributes of a span that is being exported, and completes its name. */
  describe(span: ReadableSpan, timing: PerformanceResourceTiming | undefined): Attributes
  /** Expands attributes for all later spans. Called without attributes when all are removed. */
  expand(attributes: Attributes | undefined): Attributes
}

/** Holds open and ended spans until the exporter takes them. */
export class SpanQueue implements SpanProcessor {
  readonly #open = new Set<Span>()
  readonly #sentOpen = new WeakSet<object>()
  readonly #late = new WeakMap<object, Attributes>()
  readonly #timings = new WeakMap<object, PerformanceResourceTiming>()
  readonly #parts: SpanQueueParts
  /** Attributes set on every new span that does not have an attribute of that name. */
  #common: Attributes = {}
  #ended: ReadableSpan[] = []
  #extras: SpanExtras | undefined
  #unsampled: ReadableSpan[] = []

  constructor(parts: SpanQueueParts) {
    this.#parts = parts
  }

  /** Sets attributes for all later spans. A value of `undefined` removes one. Without `attributes`, all are removed. */
  setAttributes(attributes?: Attributes): void {
    this.#common = { ...(attributes && this.#common), ...(this.#extras?.expand(attributes) ?? attributes) }
  }

  onStart(span: Span): void {
    for (const key of Object.keys(this.#common)) {
      const value = this.#common[key]
      if (value != null && !Object.hasOwn(span.attributes, key)) span.setAttribute(key, value)
    }
    this.#extras?.onStart(span)
    if (isLocalRoot(span)) span.setAttribute(ATTR_SESSION_ID, this.#parts.recordingState.session.id)
    if (isSampled(span) && !this.#parts.actions.isAction(span)) this.#open.add(span)
  }

  onEnd(span: ReadableSpan): void {
    this.#open.delete(span as Span)
    if (this.#sentOpen.has(span) || !this.#parts.recordingState.isOn()) return
    if (isSampled(span)) this.#ended.push(span)
    else this.#keep(span)
    if (this.#ended.length > 0) this.#parts.onQueued()
  }

  /** Adds attributes to a span that has ended. They are lost if the span was already taken. */
  addLate(span: object, attributes: Attributes): void {
    this.#late.set(span, { ...this.#late.get(span), ...attributes })
  }

  /** Adds the resource timing of a span, which may have ended. */
  addTiming(span: object, timing: PerformanceResourceTiming): void {
    this.#timings.set(span, timing)
  }

  /** Removes all ended spans from the queue and returns them encoded. */
  takeEnded(): EncodedSpan[] {
    return this.#ended.splice(0).flatMap((span) => this.#encode(span))
  }

  /**
   * Returns all open spans encoded, with the current time as their end, and marked as incomplete. They are not exported
   * again when they end.
   */
  takeOpen(): EncodedSpan[] {
    const spans = [...this.#open]
    this.#open.clear()
    if (!this.#parts.recordingState.isOn()) return []
    return spans.flatMap((span) => {
      this.#sentOpen.add(span)
      span.setAttribute(ATTR_INCOMPLETE, true)
      return this.#encode(span as unknown as ReadableSpan)
    })
  }

  /** Removes all spans. */
  clear(): void {
    this.#ended = []
    this.#unsampled = []
    this.#open.clear()
  }

  /** Uses the extras from now on, also for the attributes that were set and the unsampled spans that ended before. */
  complete(extras: SpanExtras): void {
    const own = this.#common
    this.#common = {}
    this.#extras = extras
    for (const attributes of [...extras.initial, own]) this.setAttributes(attributes)
    for (const span of this.#unsampled.splice(0)) this.onEnd(span)
  }

  #keep(span: ReadableSpan): void {
    if (!this.#extras) {
      if (this.#unsampled.length < MAX_UNSAMPLED) this.#unsampled.push(span)
      return
    }
    const kept = this.#extras.kept.add(span, this.#parts.actions.isAction(span))
    if (!kept) return
    this.#parts.counts.drop(kept.lost, 'overflow')
    for (const each of kept.spans) {
      this.addLate(each, { [ATTR_KEPT]: kept.reason })
      this.#ended.push(each)
    }
  }

  /** Encodes a span. Returns an empty array if that fails. */
  #encode(span: ReadableSpan): EncodedSpan[] {
    const { clock, counts, redactor } = this.#parts
    const { traceId } = span.spanContext()
    const offsetMillis = clock.offsetOf(traceId)
    const reportedCount = isLocalRoot(span) ? counts.takeDropped() : 0
    const encoded = guarded(() => {
      const { name, version } = span.instrumentationScope
      const encoded = encodeSpan(span, {
        offsetMillis,
        redactor,
        extraAttributes: {
          ...this.#late.get(span),
          ...this.#extras?.describe(span, this.#timings.get(span)),
          ...(isLocalRoot(span) && { [ATTR_CLOCK_OFFSET]: offsetMillis || undefined }),
          [ATTR_DROPPED_SPANS]: reportedCount || undefined,
        },
        endTime: span.ended ? undefined : clock.at(traceId),
      })
      return [toEncodedSpan(toJson(version ? { name, version } : { name }), encoded, reportedCount)]
    })
    if (!encoded) counts.drop(1, 'invalid', [{ reportedCount }])
    return encoded ?? []
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {
    this.clear()
  }
}

function isSampled(span: Span | ReadableSpan): boolean {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0
}

/** True for a span without a parent in this page. */
function isLocalRoot(span: Span | ReadableSpan): boolean {
  const { parentSpanContext } = span as Partial<ReadableSpan>
  return !parentSpanContext || parentSpanContext.isRemote === true
}
