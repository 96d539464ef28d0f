import { SAMPLER_NAME, samplerRatio } from '@throughline/otel-shared'

/** The input of a head sampler: the trace id and, when there is a trusted parent, the decision of the parent. */
interface SamplingInput {
  readonly traceId: string
  readonly parentSampled?: boolean | undefined
  /** The explicit randomness (`rv` in tracestate), 56 bits as hex. Default: the last 56 bits of the trace id. */
  readonly randomness?: string | undefined
}

/** Decides whether a trace is recorded, when it starts in this process or enters it. */
export interface HeadSampler {
  /** Whether the decision of a parent is followed. */
  readonly parentBased: boolean
  shouldSample(input: SamplingInput): boolean
  /** The `th` value for tracestate's `ot` member, set when roots are sampled by ratio. */
  readonly threshold?: string
}

/**
 * Creates a head sampler by a standard name of `OTEL_TRACES_SAMPLER`. Names and ratios are those of `samplerRatio`.
 *
 * The ratio compares the last 56 bits of the trace id with a threshold (consistent probability sampling), so that
 * every service that samples at the same or a higher rate keeps the same traces.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 */
export function createSampler(
  name = 'parentbased_always_on',
  argument?: string | number,
  onInvalid?: (what: 'name' | 'ratio') => void,
): HeadSampler {
  const known = SAMPLER_NAME.exec(name.toLowerCase())
  const parentBased = known?.[1] !== undefined || !known
  const threshold = toThreshold(samplerRatio(name, argument, onInvalid))
  return {
    parentBased,
    ...(known?.[2] === 'traceidratio' && threshold !== undefined ? { threshold } : {}),
    shouldSample: ({ traceId, parentSampled, randomness = traceId.slice(18) }) =>
      parentBased && parentSampled !== undefined
        ? parentSampled
        : // The comparison of the texts is that of the numbers, since the threshold lacks only trailing zeros.
          threshold !== undefined && randomness >= threshold,
  }
}

/**
 * The rejection threshold: 56 bits as hex without trailing zeros. `undefined` rejects everything: for the ratio 0, and for
 * ratios that round to 0 at 56 bits.
 */
function toThreshold(ratio: number): string | undefined {
  // The ratio is scaled, which is exact in a double. `1 - ratio` would be rounded to 1 for small ratios.
  const kept = BigInt(Math.round(ratio * 2 ** 56))
  if (!kept) return undefined
  let hex = (BigInt(2 ** 56) - kept).toString(16).padStart(14, '0')
  while (hex.length > 1 && hex.endsWith('0')) hex = hex.slice(0, -1)
  return hex
}
