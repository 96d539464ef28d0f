import type { SpanContext, TraceState } from '@opentelemetry/api'
import {
  createSampler,
  createTraceState,
  getRandomness,
  type HeadSampler,
  isSamplingDeferred,
  type OtelConfig,
  RANDOM_FLAG,
  SAMPLED_FLAG,
  withThreshold,
} from '@throughline/otel-shared'
import type { EdgeOptions } from './options.ts'
import { warn } from './otel-api.ts'
import { spanContextOf } from './span-context.ts'

/** What is known of the request that a span begins with, where it enters this worker. */
export interface Entry {
  /** For rules; absent for other events. */
  readonly path: string | undefined
  /** Anyone may have sent it, and have said that it is sampled. */
  readonly isPublic: boolean
}

/** Gives a span that has no local parent its context: sampled or not, by its remote parent or by the sampler. */
export type Sampling = (
  parent: SpanContext | undefined,
  traceId: string,
  spanId: string,
  entry?: Entry,
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
    createSampler(options.name ?? config.sampler, options.ratio ?? config.samplerArg, (name) =>
      warn(`OTEL_TRACES_SAMPLER: unknown ${name}`),
    ),
  )
  const rules = (options.rules ?? []).map(({ path, ratio }) => ({
    matches: pathMatcher(path),
    root: withState(createSampler('traceidratio', ratio)),
  }))
  const findRule = (path: string) => rules.find(({ matches }) => matches(path))
  const takeToken = createRateCap(options.maxPerSecond, now)

  return (parent, traceId, spanId, entry) => {
    const isDeferred = parent !== undefined && isSamplingDeferred(parent)
    if (parent && !isDeferred) {
      const { sampler } = fallback
      const parentSampled = (parent.traceFlags & SAMPLED_FLAG) !== 0
      const randomness = sampler.parentBased ? undefined : getRandomness(parent.traceState)
      const isWanted = sampler.shouldSample({ traceId, parentSampled, randomness })
      const sampled = isWanted && (!entry?.isPublic || takeToken())
      const traceFlags = sampled ? parent.traceFlags | SAMPLED_FLAG : parent.traceFlags & ~SAMPLED_FLAG
      // A parent's decision was made at the parent's rate; ours is made at ours.
      const traceState =
        sampler.parentBased && sampled === isWanted
          ? parent.traceState
          : withThreshold(parent.traceState, sampled && !isCapped ? sampler.threshold : undefined)
      return spanContextOf(traceId, spanId, traceFlags, traceState)
    }
    const rule = entry?.path === undefined ? undefined : findRule(entry.path)
    const { sampler, traceState } = rule?.root ?? fallback
    const isWanted = sampler.shouldSample({ traceId }) && takeToken()
    // How random a caller's trace id is, nobody has said.
    if (isDeferred) return spanContextOf(traceId, spanId, isWanted ? SAMPLED_FLAG : 0, undefined)
    return isWanted
      ? spanContextOf(traceId, spanId, RANDOM_FLAG | SAMPLED_FLAG, traceState)
      : spanContextOf(traceId, spanId, RANDOM_FLAG, undefined)
  }
}

function pathMatcher(pattern: string | RegExp): (path: string) => boolean {
  if (typeof pattern !== 'string') {
    // An expression with `g` or `y` goes on where it last stopped.
    const own = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''))
    return (path) => own.test(path)
  }
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
