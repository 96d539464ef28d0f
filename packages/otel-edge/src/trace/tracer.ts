import type { Context, Span, SpanOptions, Tracer, TracerProvider } from '@opentelemetry/api'
import {
  COUNT_CHILDREN,
  generateSpanId,
  generateTraceId,
  getSpan,
  getSpanContext,
  isSpanContextValid,
  NonRecordingSpan,
  SAMPLED_FLAG,
  setSpan,
  TRACESTATE_KEY,
} from '@throughline/otel-shared'
import { toList } from '../core/attribute-list.ts'
import { activeContext, inCurrentInvocation, withContext } from '../core/context.ts'
import { getInvocation, type Invocation } from '../core/invocation.ts'
import { redactName } from '../core/redact-name.ts'
import { safeString } from '../core/safe-string.ts'
import { EDGE_SCOPE } from '../core/scope.ts'
import type { RequestSamplingInput } from '../core/sdk.ts'
import type { Scope } from '../core/span-record.ts'
import { isTracingSuppressed } from '../core/suppress-tracing.ts'
import { INTERNAL, INVALID_SPAN_CONTEXT } from '../platform/api-constants.ts'
import { countChild } from './child-counts.ts'
import { EdgeSpan, toMillis } from './edge-span.ts'
import { spanContextOf } from './span-context.ts'

/** The tracer provider for `@opentelemetry/api`. A span belongs to the invocation of the code that starts it. */
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

  startSpan(name: string, options?: SpanOptions, context: Context = activeContext()): Span {
    const invocation = getInvocation(inCurrentInvocation(context))
    // Outside of an invocation a span could not be exported.
    if (!invocation) return new NonRecordingSpan(getSpanContext(context) ?? INVALID_SPAN_CONTEXT)
    const { attributes, ...own } = options ?? {}
    const started = { ...own, scope: this.#scope }
    const span = startSpan(
      invocation,
      safeString(() => name),
      context,
      started,
    )
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
    return withContext(inCurrentInvocation(setSpan(parent, span)), () => callback(span))
  }
}

export interface StartSpanOptions extends SpanOptions {
  /** Default: the scope of this package. */
  readonly scope?: Scope
  /** The incoming request, for the sampler. */
  readonly samplingInput?: RequestSamplingInput
  /** The trace id of a span without a parent. Default: a random one. */
  readonly traceId?: string | undefined
}

/** Starts a child of the span in `context`, or a root span. A span that is not sampled only propagates the context. */
export function startSpan(
  invocation: Invocation,
  name: string,
  context: Context,
  options: StartSpanOptions,
): Span {
  const { sdk } = invocation
  const active = options.root ? undefined : getSpanContext(context)
  const parent = active && isSpanContextValid(active) ? active : undefined
  // When OTEL_SDK_DISABLED is set, the incoming context is passed through unchanged.
  if (sdk.config.disabled) return new NonRecordingSpan(parent ?? INVALID_SPAN_CONTEXT)
  if (isTracingSuppressed(context)) return new NonRecordingSpan(INVALID_SPAN_CONTEXT)
  // A span with a local parent has the sampling decision of that parent.
  const spanContext =
    parent && !parent.isRemote
      ? spanContextOf(parent.traceId, generateSpanId(), parent.traceFlags, parent.traceState)
      : sdk.sample(
          parent,
          parent?.traceId ?? options.traceId ?? generateTraceId(),
          generateSpanId(),
          options.samplingInput,
        )
  if ((spanContext.traceFlags & SAMPLED_FLAG) === 0 && !sdk.options.keep)
    return new NonRecordingSpan(spanContext)
  const startMillis = toMillis(options.startTime) ?? sdk.now()
  const kind = options.kind ?? INTERNAL
  // Only a trusted caller's tracestate gets here. `throughline=c:1` costs a few integers on spans that are recorded anyway.
  if (parent?.traceState?.get(TRACESTATE_KEY) === COUNT_CHILDREN) countChild(getSpan(context), kind)
  const span = new EdgeSpan(invocation, spanContext, {
    traceId: spanContext.traceId,
    spanId: spanContext.spanId,
    parentSpanId: parent?.spanId,
    traceState: spanContext.traceState?.serialize(),
    flags: spanContext.traceFlags,
    name: redactName(name),
    kind,
    startMillis,
    endMillis: startMillis,
    attributes: options.attributes ? toList(options.attributes) : [],
    events: undefined,
    links: undefined,
    status: undefined,
    dropped: undefined,
    scope: options.scope ?? EDGE_SCOPE,
  })
  if (options.links) span.addLinks(options.links)
  return span
}
