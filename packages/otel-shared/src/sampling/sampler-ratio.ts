/** Matches the supported names of `OTEL_TRACES_SAMPLER`, in lower case. */
export const SAMPLER_NAME: RegExp = /^(parentbased_)?(always_on|always_off|traceidratio)$/

/**
 * The ratio of root spans, from 0 to 1, that a sampler samples. `name` is a value of `OTEL_TRACES_SAMPLER`: `always_on`,
 * `always_off`, `traceidratio`, and each with the prefix `parentbased_`, case-insensitively. An unknown name counts as
 * `parentbased_always_on`, the specification's default. Without a valid ratio in `argument`, `traceidratio` has the ratio 1.
 */
export function samplerRatio(
  name = 'parentbased_always_on',
  argument?: string | number,
  onInvalid?: (what: 'name' | 'ratio') => void,
): number {
  const known = SAMPLER_NAME.exec(name.toLowerCase())
  if (!known) onInvalid?.('name')
  const given = parseRatio(String(argument))
  if (given === undefined && argument !== undefined) onInvalid?.('ratio')
  return known?.[2] === 'always_off' ? 0 : known?.[2] === 'traceidratio' ? (given ?? 1) : 1
}

/** Parses a ratio, a decimal number from 0 to 1; `undefined` for any other text. */
export function parseRatio(text: string): number | undefined {
  const ratio = /^(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
  return ratio >= 0 && ratio <= 1 ? ratio : undefined
}
