import { findMissingChildren, readChildCount } from '@throughline/otel-shared'
import { anyValueText } from '../../spans/any-value-text.ts'
import { CALL_KEYS, spanKindName } from '../../spans/semconv.ts'
import type { TraceTree } from './trace-tree.ts'

/** What the trace lacks below a span, as a sentence, by the id of the span. */
export function missingBelow({ byId }: TraceTree): ReadonlyMap<string, string> {
  const spans = Array.from(byId.values(), ({ span, service, startNano, durationNano }) => ({
    spanId: span.spanId,
    parentSpanId: span.parentSpanId || undefined,
    service,
    kind: spanKindName(span.kind),
    startMillis: startNano / 1e6,
    endMillis: (startNano + durationNano) / 1e6,
    isCall: span.attributes.some(({ key }) => CALL_KEYS.includes(key)),
    counts: new Map(
      span.attributes.flatMap(({ key, value }) => {
        const count = readChildCount(key, anyValueText(value))
        return count ? [count] : []
      }),
    ),
  }))
  const sentences = new Map<string, string>()
  for (const { spanId, sentence } of findMissingChildren(spans)) {
    const before = sentences.get(spanId)
    sentences.set(spanId, before === undefined ? sentence : `${before}; ${sentence}`)
  }
  return sentences
}
