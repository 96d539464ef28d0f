/**
 * The delay after the n-th failure in a row. It doubles up to `maxMillis`. A random half of it is jitter, so that clients
 * that failed together do not retry together.
 *
 * @param failures 1 after the first failure
 * @param firstMillis the delay after the first failure, before jitter
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp-throttling
 */
export function backOffMillis(failures: number, firstMillis: number, maxMillis: number): number {
  return Math.min(maxMillis, firstMillis * 2 ** (failures - 1)) * (0.5 + Math.random() / 2)
}
