/** What a head sampler is asked: the trace's id, and the parent's decision when there is a trusted parent. */
export interface SamplingInput {
  readonly traceId: string
  readonly parentSampled?: boolean | undefined
  /** 56 bits as hex, where the trace's randomness is not in its id (`rv` in tracestate). */
  readonly randomness?: string | undefined
}

/** Decides, where a trace enters this process, whether it is recorded. */
export interface HeadSampler {
  /** A parent's decision is followed. */
  readonly parentBased: boolean
  shouldSample(input: SamplingInput): boolean
  /** The `th` value for tracestate's `ot` member, set when roots are sampled by ratio. */
  readonly threshold?: string
}

/**
 * A head sampler by the standard names of `OTEL_TRACES_SAMPLER`: `always_on`, `always_off`, `traceidratio`, and
 * the same with `parentbased_` in front. An unknown name gets `parentbased_always_on`, the specification's default.
 *
 * The ratio compares the last 56 bits of the trace id with a threshold (consistent probability sampling), so that
 * every service that samples at the same or a higher rate keeps the same traces.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 */
export function createSampler(
  name = 'parentbased_always_on',
  argument?: string | number,
  onUnknown?: (name: string) => void,
): HeadSampler {
  const known = /^(parentbased_)?(always_on|always_off|traceidratio)$/.exec(name)
  if (!known) onUnknown?.(name)
  const [, parentBased, base] = known ?? ['', 'parentbased_', 'always_on']
  const ratio = base === 'always_off' ? 0 : base === 'traceidratio' ? toRatio(argument) : 1
  const threshold = toThreshold(ratio)
  return {
    parentBased: parentBased !== undefined,
    ...(base === 'traceidratio' && threshold !== undefined ? { threshold } : {}),
    shouldSample: ({ traceId, parentSampled, randomness = traceId.slice(18) }) =>
      parentBased !== undefined && parentSampled !== undefined
        ? parentSampled
        : reaches(randomness, threshold),
  }
}

/** Anything that is no ratio counts as 1: too many spans are noticed, too few are missed. */
function toRatio(argument: string | number | undefined): number {
  const ratio = argument === undefined || argument === '' ? 1 : Number(argument)
  return ratio >= 0 && ratio <= 1 ? ratio : 1
}

/** The rejection threshold as 56 bits of hex without trailing zeros; `undefined` rejects everything. */
function toThreshold(ratio: number): string | undefined {
  if (ratio <= 0) return undefined
  // 2^52 steps: a double holds no more. The last hex digit of the 56 bits is then always 0.
  const threshold = Math.round((1 - ratio) * 2 ** 52)
  const hex = threshold.toString(16).padStart(13, '0').replace(/0+$/, '')
  return hex === '' ? '0' : hex
}

function reaches(randomness: string, threshold: string | undefined): boolean {
  // Hex digits of equal length compare as the numbers they write.
  return threshold !== undefined && (threshold === '0' || randomness >= threshold.padEnd(14, '0'))
}
