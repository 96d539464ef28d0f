import type { ReceivedSpan } from './received-span.ts'
import { ATTR_URL_FULL } from './semconv.ts'
import { findInTime, type SpanSource, TIMEOUT_MILLIS } from './span-source.ts'
import { drawTrees, toTrees } from './trace-tree.ts'

export type SpanPredicate = (span: ReceivedSpan) => boolean

/**
 * Waits until at least `count` spans match `fits`, and returns all that match.
 *
 * @throws an `Error` after `timeoutMillis`, which lists the received spans.
 */
export async function waitForSpans(
  source: SpanSource,
  fits: SpanPredicate,
  count = 1,
  timeoutMillis: number = TIMEOUT_MILLIS,
): Promise<ReceivedSpan[]> {
  const find = (spans: readonly ReceivedSpan[]) => {
    const fitting = spans.filter(fits)
    return fitting.length >= count ? fitting : undefined
  }
  const found = await findInTime(source, find, timeoutMillis)
  if (found) return found
  const arrived = await source.spans()
  const fitting = arrived.filter(fits).length
  throw new Error(
    `${fitting} of ${count} spans arrived within ${timeoutMillis} ms\n\nWhat arrived:\n${describeArrived(arrived)}`,
  )
}

/** Waits for the first span that matches `fits`; see `waitForSpans`. */
export async function waitForSpan(
  source: SpanSource,
  fits: SpanPredicate,
  timeoutMillis: number = TIMEOUT_MILLIS,
): Promise<ReceivedSpan> {
  const [span] = await waitForSpans(source, fits, 1, timeoutMillis)
  if (!span) throw new Error('no span matches')
  return span
}

export function isNamed(name: string): SpanPredicate {
  return (span) => span.name === name
}

/** Whether the span's `url.full` contains `part`. */
export function isRequestTo(part: string): SpanPredicate {
  return (span) => String(span.values[ATTR_URL_FULL] ?? '').includes(part)
}

/** Formats spans as trees, for the message of a failed test. */
export function describeArrived(spans: readonly ReceivedSpan[]): string {
  return spans.length > 0 ? drawTrees(toTrees(spans)) : '(nothing)'
}
