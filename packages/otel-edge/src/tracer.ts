import type { Context, Span, SpanOptions, Tracer, TracerProvider } from '@opentelemetry/api'
import {
  generateSpanId,
  generateTraceId,
  getSpanContext,
  isSpanContextValid,
  NO_SPAN,
  PassiveSpan,
  SAMPLED_FLAG,
  setSpan,
} from '@throughline/otel-shared'
import { INTERNAL } from './api-constants.ts'
import { toList } from './attribute-list.ts'
import { activeContext, ofThisEvent, withContext } from './context.ts'
import { EdgeSpan, toMillis } from './edge-span.ts'
import { getInvocation, type Invocation } from './invocation.ts'
import type { Entry } from './sampling.ts'
import { spanContextOf } from './span-context.ts'
import type { Scope } from './span-record.ts'

/** OpenTelemetry's tracer provider: gives spans to whichever event the calling code belongs to. */
export class EdgeTracerProvider implements TracerProvider {
  getTracer(name: string, version?: string): Tracer {
    return new EdgeTracer(version === undefined ? { name } : { name, version })
  }
}

class EdgeTracer implements Tracer {
  readonly #scope: Scope

  constructor(scope: Scope) {
    this.#scope = scope
  }

  startSpan(name: string, options: SpanOptions = {}, context: Context = activeContext()): Span {
    const invocation = getInvocation(ofThisEvent(context))
    // Outside of an instrumented event nobody could ever send the span.
    if (!invocation) return new PassiveSpan(getSpanContext(context) ?? NO_SPAN)
    const { attributes, ...own } = options
    const span = startSpan(invocation, this.#scope, String(name), own, context)
    return attributes ? span.setAttributes(attributes) : span
  }

  startActiveSpan<F extends (span: Span) => ReturnType<F>>(name: string, callback: F): ReturnType<F>
  startActiveSpan<F extends (span: Span) => ReturnType<F>>(
    name: string,
    options: SpanOptions,
    callback: F,
  ): ReturnType<F>
  startActiveSpan<F extends (span: Span) => ReturnType<F>>(
    name: string,
    options: SpanOptions,
    context: Context,
    callback: F,
  ): ReturnType<F>
  startActiveSpan<F extends (span: Span) => ReturnType<F>>(
    name: string,
    ...rest: [F] | [SpanOptions, F] | [SpanOptions, Context, F]
  ): ReturnType<F> {
    const callback = rest[rest.length - 1] as F
    const options = rest.length > 1 ? (rest[0] as SpanOptions) : {}
    const parent = rest.length === 3 ? rest[1] : activeContext()
    const span = this.startSpan(name, options, parent)
    return withContext(ofThisEvent(setSpan(parent, span)), () => callback(span))
  }
}

/**
 * Starts a span below what `context` holds; a span that is not sampled only carries the context on.
 */
export function startSpan(
  invocation: Invocation,
  scope: Scope,
  name: string,
  options: SpanOptions,
  context: Context,
  entry?: Entry,
): Span {
  const { sdk } = invocation
  const active = options.root ? undefined : getSpanContext(context)
  const parent = active && isSpanContextValid(active) ? active : undefined
  // OTEL_SDK_DISABLED: what comes in goes on as it came.
  if (sdk.config.disabled) return new PassiveSpan(parent ?? NO_SPAN)
  // Children follow their root's decision; only a span without a local parent asks the sampler.
  const spanContext =
    parent && !parent.isRemote
      ? spanContextOf(parent.traceId, generateSpanId(), parent.traceFlags, parent.traceState)
      : sdk.sample(
          parent,
          parent?.traceId ?? (active?.spanId === '' ? active.traceId : generateTraceId()),
          generateSpanId(),
          entry,
        )
  if ((spanContext.traceFlags & SAMPLED_FLAG) === 0 && !sdk.options.keep) return new PassiveSpan(spanContext)
  const startMillis = toMillis(options.startTime) ?? sdk.now()
  const span = new EdgeSpan(invocation, spanContext, {
    traceId: spanContext.traceId,
    spanId: spanContext.spanId,
    parentSpanId: parent?.spanId,
    traceState: spanContext.traceState?.serialize(),
    flags: spanContext.traceFlags,
    name,
    kind: options.kind ?? INTERNAL,
    startMillis,
    endMillis: startMillis,
    attributes: options.attributes ? toList(options.attributes) : [],
    events: undefined,
    links: undefined,
    status: undefined,
    dropped: undefined,
    scope,
  })
  if (options.links) span.addLinks(options.links)
  return span
}
