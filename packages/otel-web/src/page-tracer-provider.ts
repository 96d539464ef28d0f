import {
  type Attributes,
  type AttributeValue,
  type Context,
  type ContextManager,
  type Span,
  type SpanOptions,
  type TimeInput,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { type WebTracerConfig, WebTracerProvider } from '@opentelemetry/sdk-trace-web'
import type { TraceClock } from './clock.ts'

/** Decides anew where a span goes, e.g. when the action it would belong to is long over. */
export type Reparent = (options: SpanOptions, parent: Context) => SpanOptions

/**
 * The stock provider with its times mended from outside: it cuts start times to milliseconds, which makes siblings
 * look parallel, and dates ends by another clock than starts.
 */
export class PageTracerProvider extends WebTracerProvider {
  readonly #clock: TraceClock
  readonly #reparent: Reparent
  readonly #contexts: ContextManager
  readonly #flush: () => Promise<void>
  readonly #mended = new WeakMap<object, Tracer>()

  constructor(
    config: WebTracerConfig,
    clock: TraceClock,
    contexts: ContextManager,
    reparent: Reparent,
    flush: () => Promise<void>,
  ) {
    super(config)
    this.#clock = clock
    this.#contexts = contexts
    this.#reparent = reparent
    this.#flush = flush
  }

  override forceFlush(): Promise<void> {
    return this.#flush()
  }

  override getTracer(
    ...args: Parameters<WebTracerProvider['getTracer']>
  ): ReturnType<WebTracerProvider['getTracer']> {
    const stock = super.getTracer(...args)
    const known = this.#mended.get(stock) as typeof stock | undefined
    if (known) return known
    const clock = this.#clock
    const contexts = this.#contexts
    const reparent = this.#reparent
    // startActiveSpan is inherited and calls this startSpan.
    const mended: typeof stock = Object.create(stock, {
      startSpan: {
        value: (name: string, options: SpanOptions = {}, parent: Context = contexts.active()): Span => {
          const placed = reparent(options, parent)
          const traceId = placed.root ? undefined : trace.getSpanContext(parent)?.traceId
          const startTime = placed.startTime ?? clock.at(traceId)
          const span = stock.startSpan(name, { ...placed, startTime }, parent)
          clock.begin(span.spanContext().traceId)
          if (span.isRecording()) dateByClock(span, clock)
          return span
        },
      },
    })
    this.#mended.set(stock, mended)
    return mended
  }
}

/** What is not dated by the caller is dated by the trace's clock. */
function dateByClock(span: Span, clock: TraceClock): void {
  const { traceId } = span.spanContext()
  const end = span.end.bind(span)
  const addEvent = span.addEvent.bind(span)
  span.end = (time?: TimeInput) => end(time ?? clock.at(traceId))
  span.addEvent = (name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput) => {
    const dated = time !== undefined || isTime(attributesOrTime)
    addEvent(name, attributesOrTime, dated ? time : clock.at(traceId))
    return span
  }
}

function isTime(value: Attributes | TimeInput | AttributeValue | undefined): boolean {
  return typeof value === 'number' || value instanceof Date || Array.isArray(value)
}
