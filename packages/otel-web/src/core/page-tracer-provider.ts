import {
  type Context,
  type ContextManager,
  INVALID_SPAN_CONTEXT,
  type Span,
  type SpanOptions,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { type WebTracerConfig, WebTracerProvider } from '@opentelemetry/sdk-trace-web'
import { guarded } from '../platform/guarded.ts'
import type { TraceClock } from './clock.ts'
import { describeError } from './record-error.ts'

/**
 * Changes the options of a span so that it gets another parent, for instance when the action of its context is over.
 */
export type Reparent = (options: SpanOptions, parent: Context) => SpanOptions

/** The dependencies of the provider; the page SDK implements them. */
export interface PageTracerProviderParts {
  readonly clock: TraceClock
  readonly pageContexts: ContextManager
  readonly exporter: {
    flush(): Promise<void>
    /** Counts spans that could not be started, for instance because a getter in their options throws. */
    readonly counts: { drop(count: number, reason: 'invalid'): void }
  }
}

/**
 * `WebTracerProvider` with three corrections. The original truncates start times to milliseconds, so sequential spans
 * look parallel. It takes end times from a different clock than start times. It throws errors from getters in
 * attributes.
 */
export class PageTracerProvider extends WebTracerProvider {
  readonly #parts: PageTracerProviderParts
  readonly #reparent: Reparent
  readonly #mended = new WeakMap<object, Tracer>()
  /** Corrected span prototypes, by the original prototype. */
  readonly #mendedSpans = new WeakMap<object, Span>()

  constructor(config: WebTracerConfig, parts: PageTracerProviderParts, reparent: Reparent) {
    super(config)
    this.#parts = parts
    this.#reparent = reparent
  }

  override forceFlush(): Promise<void> {
    return this.#parts.exporter.flush()
  }

  override getTracer(
    ...args: Parameters<WebTracerProvider['getTracer']>
  ): ReturnType<WebTracerProvider['getTracer']> {
    const stock = super.getTracer(...args)
    const known = this.#mended.get(stock) as typeof stock | undefined
    if (known) return known
    const { clock, pageContexts } = this.#parts
    const reparent = this.#reparent
    // `startActiveSpan` is inherited and calls this `startSpan`.
    const mended: typeof stock = Object.create(stock, {
      startSpan: {
        value: (name: string, options?: SpanOptions, parent: Context = pageContexts.active()): Span =>
          guarded(() => {
            const placed = reparent(options ?? {}, parent)
            const traceId = placed.root ? undefined : trace.getSpanContext(parent)?.traceId
            const startTime = placed.startTime ?? clock.at(traceId)
            const span = stock.startSpan(name, { ...placed, startTime }, parent)
            clock.begin(span.spanContext().traceId)
            if (span.isRecording()) this.#mendSpan(span)
            return span
          }) ?? this.#invalid(),
      },
    })
    this.#mended.set(stock, mended)
    return mended
  }

  /**
   * Replaces the prototype of a span. Its methods then take missing times from the clock of the trace, record thrown
   * values of any type, and do not throw when an attribute has a throwing getter.
   */
  #mendSpan(span: Span): void {
    const stock: Span = Object.getPrototypeOf(span)
    const mended = this.#mendedSpans.get(stock) ?? createMended(stock, this.#parts.clock)
    this.#mendedSpans.set(stock, mended)
    Object.setPrototypeOf(span, mended)
  }

  #invalid(): Span {
    this.#parts.exporter.counts.drop(1, 'invalid')
    return trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
  }
}

function createMended(stock: Span, clock: TraceClock): Span {
  const mended: Span = Object.create(stock)
  const define = (name: keyof Span, prepare = (_: Span, args: unknown[]) => args) => {
    Object.defineProperty(mended, name, {
      value(this: Span, ...args: unknown[]): unknown {
        const result = guarded(() => Reflect.apply(stock[name], this, prepare(this, args)))
        return result ?? (name === 'end' ? undefined : this)
      },
    })
  }
  for (const name of ['setAttribute', 'setAttributes', 'addLink', 'addLinks', 'setStatus'] as const)
    define(name)
  const now = (span: Span) => clock.at(span.spanContext().traceId)
  define('end', (span, [time]) => [time ?? now(span)])
  define('addEvent', (span, [name, attributes, time]) =>
    isTime(attributes) ? [name, undefined, time ?? attributes] : [name, attributes, time ?? now(span)],
  )
  mended.recordException = function (error, time) {
    this.addEvent('exception', describeError(error), time)
  }
  return mended
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' || value instanceof Date || Array.isArray(value)
}
