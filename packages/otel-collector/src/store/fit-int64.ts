const MAX_INT64 = 9223372036854775807n
const MIN_INT64 = -9223372036854775808n

/** The nearest integer that SQLite can hold: binding a larger one throws. */
export function fitInt64(value: bigint): bigint {
  if (value > MAX_INT64) return MAX_INT64
  return value < MIN_INT64 ? MIN_INT64 : value
}
