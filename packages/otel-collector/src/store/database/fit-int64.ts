const MAX_INT64 = 9223372036854775807n
const MIN_INT64 = -9223372036854775808n

/** The nearest integer in SQLite's range. Binding an integer outside of it throws. */
export function fitInt64(value: bigint): bigint {
  if (value > MAX_INT64) return MAX_INT64
  return value < MIN_INT64 ? MIN_INT64 : value
}
