import type { SpanContext, TraceState } from '@opentelemetry/api'
import {
  createSampler,
  createTraceState,
  type HeadSampler,
  type OtelConfig,
  RANDOM_FLAG,
  SAMPLED_FLAG,
} from '@throughline/otel-shared'
import type { EdgeOptions } from './options.ts'

/**
 * Gives a span that has no local parent its context: sampled or not, by its remote parent or by the sampler.
 *
 * @param path of the request that starts a trace, for rules; absent for other events.
 */
export type Sampling = (
  parent: SpanContext | undefined,
  traceId: string,
  spanId: string,
  path?: string,
) => SpanContext

interface RootSampler {
  readonly sampler: HeadSampler
  /** Says in tracestate at which rate was sampled, so that counts can be extrapolated. */
  readonly traceState: TraceState | undefined
}

/** Sampling where a trace enters this worker, by options first, then by `OTEL_TRACES_SAMPLER` and `_ARG`. */
export function createSampling(
  { sampler: options = {}, now = Date.now }: EdgeOptions,
  config: OtelConfig,
): Sampling {
  // A cap makes the rate unknown, and a rate that is not true is worse than none.
  const isCapped = options.maxPerSecond !== undefined
  const withState = (sampler: HeadSampler): RootSampler => ({
    sampler,
    traceState:
      sampler.threshold === undefined || isCapped
        ? undefined
        : createTraceState(new Map([['ot', `th:${sampler.threshold}`]])),
  })
  const fallback = withState(
    createSampler(options.name ?? config.sampler, options.ratio ?? config.samplerArg),
  )
  const rules = (options.rules ?? []).map(({ path, ratio }) => ({
    matches: pathMatcher(path),
    root: withState(createSampler('traceidratio', ratio)),
  }))
  const takeToken = createRateCap(options.maxPerSecond, now)

  // OTEL_SDK_DISABLED: nothing is recorded, what comes in still goes on.
  if (config.disabled)
    return (parent, traceId, spanId) => toSpanContext(traceId, spanId, 0, parent?.traceState)

  return (parent, traceId, spanId, path) => {
    if (parent) {
      const parentSampled = (parent.traceFlags & SAMPLED_FLAG) !== 0
      const sampled = fallback.sampler.shouldSample({ traceId, parentSampled })
      const traceFlags = sampled ? parent.traceFlags | SAMPLED_FLAG : parent.traceFlags & ~SAMPLED_FLAG
      return toSpanContext(traceId, spanId, traceFlags, parent.traceState)
    }
    const rule = path === undefined ? undefined : rules.find(({ matches }) => matches(path))
    const { sampler, traceState } = rule?.root ?? fallback
    return sampler.shouldSample({ traceId }) && takeToken()
      ? toSpanContext(traceId, spanId, RANDOM_FLAG | SAMPLED_FLAG, traceState)
      : toSpanContext(traceId, spanId, RANDOM_FLAG, undefined)
  }
}

function toSpanContext(
  traceId: string,
  spanId: string,
  traceFlags: number,
  traceState: TraceState | undefined,
): SpanContext {
  return traceState ? { traceId, spanId, traceFlags, traceState } : { traceId, spanId, traceFlags }
}

function pathMatcher(pattern: string | RegExp): (path: string) => boolean {
  if (typeof pattern !== 'string') return (path) => pattern.test(path)
  if (!pattern.endsWith('*')) return (path) => path === pattern
  const prefix = pattern.slice(0, -1)
  return (path) => path.startsWith(prefix)
}

/** Lets so many through in each second of the clock. */
function createRateCap(maxPerSecond: number | undefined, now: () => number): () => boolean {
  if (maxPerSecond === undefined) return () => true
  let second = 0
  let taken = 0
  return () => {
    const current = Math.floor(now() / 1_000)
    if (current !== second) {
      second = current
      taken = 0
    }
    return ++taken <= maxPerSecond
  }
}
