import type { TraceState } from '@opentelemetry/api'
import { createTraceState, RANDOM_FLAG, SAMPLED_FLAG } from '@throughline/otel-shared'
import type { OtelConfig } from '../config/otel-config.ts'
import type { Sample } from '../core/sdk.ts'
import { DEFAULT_FORCED_PER_SECOND, MAX_REQUESTS_PER_TRACE } from '../limits.ts'
import type { EdgeOptions } from '../options.ts'
import { INVALID_SPAN_CONTEXT } from '../platform/api-constants.ts'
import { warn } from '../platform/otel-api.ts'
import { isSamplingDeferred } from '../propagation/b3-propagator.ts'
import { getRandomness, withThreshold } from '../propagation/ot-tracestate.ts'
import { createSampler, type HeadSampler } from './head-sampler.ts'
import { spanContextOf } from './span-context.ts'

interface RootSampler {
  readonly sampler: HeadSampler
  /** The `ot` member with the sampling threshold, from which back ends extrapolate counts. */
  readonly traceState: TraceState | undefined
}

/** Creates the sampler of spans without a local parent. Options take precedence over `OTEL_TRACES_SAMPLER` and `_ARG`. */
export function createSampling(
  { sampler: options = {}, now = Date.now }: EdgeOptions,
  config: OtelConfig,
): Sample {
  // With `maxPerSecond` the effective ratio is unknown, so no threshold is propagated.
  const isCapped = options.maxPerSecond !== undefined
  const withState = (sampler: HeadSampler): RootSampler => ({
    sampler,
    traceState:
      sampler.threshold === undefined || isCapped
        ? undefined
        : createTraceState(new Map([['ot', `th:${sampler.threshold}`]])),
  })
  const fallback = withState(
    createSampler(options.name ?? config.sampler, options.ratio ?? config.samplerArg, (what) =>
      warn(`sampler.${what}=${options[what]} is not valid`),
    ),
  )
  const rules = (options.rules ?? []).map(({ path, ratio }) => ({
    matches: pathMatcher(path),
    root: withState(
      createSampler('traceidratio', ratio, () => warn(`sampler.rules: ratio ${ratio} is not valid`)),
    ),
  }))
  const findRule = (path: string) => rules.find(({ matches }) => matches(path))
  const cap = createTraceBudget(options.maxPerSecond ?? Number.POSITIVE_INFINITY, now)
  const takeToken = () => !isCapped || cap({})
  // The trace id of zeros is sampled only with a ratio of 1.
  const recordsAll = fallback.sampler.shouldSample({ traceId: INVALID_SPAN_CONTEXT.traceId })
  const admit = createTraceBudget(options.maxForcedPerSecond ?? DEFAULT_FORCED_PER_SECOND, now)

  return (parent, traceId, spanId, request) => {
    const isDeferred = parent !== undefined && isSamplingDeferred(parent)
    if (parent && !isDeferred) {
      const { sampler } = fallback
      const parentSampled = (parent.traceFlags & SAMPLED_FLAG) !== 0
      const randomness = sampler.parentBased ? undefined : getRandomness(parent.traceState)
      const isWanted = sampler.shouldSample({ traceId, parentSampled, randomness })
      // A public client can send the sampled flag, or a trace id that a ratio samples, so its traces have a budget.
      const sampled = isWanted && (!request?.isPublic || ((recordsAll || admit(traceId)) && takeToken()))
      const traceFlags = sampled ? parent.traceFlags | SAMPLED_FLAG : parent.traceFlags & ~SAMPLED_FLAG
      // The parent's threshold is valid only with the parent's decision.
      const traceState =
        sampler.parentBased && sampled === isWanted
          ? parent.traceState
          : withThreshold(parent.traceState, sampled && !isCapped ? sampler.threshold : undefined)
      return spanContextOf(traceId, spanId, traceFlags, traceState)
    }
    const rule = request?.path === undefined ? undefined : findRule(request.path)
    const { sampler, traceState } = rule?.root ?? fallback
    const isWanted = sampler.shouldSample({ traceId }) && takeToken()
    // The random flag is not set for the trace id of a B3 caller, which may not be random.
    const randomFlag = isDeferred ? 0 : RANDOM_FLAG
    const traceFlags = isWanted ? randomFlag | SAMPLED_FLAG : randomFlag
    return spanContextOf(traceId, spanId, traceFlags, isWanted && !isDeferred ? traceState : undefined)
  }
}

function pathMatcher(pattern: string | RegExp): (path: string) => boolean {
  if (typeof pattern !== 'string') {
    // With the flag `g` or `y`, `test` would start at the end of its last match.
    const own = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''))
    return (path) => own.test(path)
  }
  if (!pattern.endsWith('*')) return (path) => path === pattern
  const prefix = pattern.slice(0, -1)
  return (path) => path.startsWith(prefix)
}

/**
 * Creates a function that admits at most `maxTraces` traces in each second, and a limited number of requests of each. A trace is
 * identified by its id or, if each call is a new trace, by a new object.
 */
function createTraceBudget(maxTraces: number, now: () => number): (trace: string | object) => boolean {
  const requests = new Map<string | object, number>()
  let second = 0
  return (trace) => {
    const current = Math.floor(now() / 1_000)
    if (current !== second) requests.clear()
    second = current
    const count = requests.get(trace) ?? 0
    if (count === 0 && requests.size + 1 > maxTraces) return false
    requests.set(trace, count + 1)
    return count < MAX_REQUESTS_PER_TRACE
  }
}
