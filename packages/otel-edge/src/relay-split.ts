import type { OtlpSpan, TraceRequest } from '@throughline/otel-shared'

/**
 * The same spans in requests whose spans take at most so many characters of JSON each; a span that alone takes more is
 * alone in its request.
 */
export function splitRequest({ resourceSpans }: TraceRequest, maxLength: number): TraceRequest[] {
  const requests: TraceRequest[] = []
  for (const { scopeSpans, ...resource } of resourceSpans) {
    for (const { spans, ...scope } of scopeSpans) {
      for (const part of splitSpans(spans, maxLength)) {
        requests.push({ resourceSpans: [{ ...resource, scopeSpans: [{ ...scope, spans: part }] }] })
      }
    }
  }
  return requests
}

function splitSpans(spans: readonly OtlpSpan[], maxLength: number): OtlpSpan[][] {
  const parts: OtlpSpan[][] = []
  let length = Number.POSITIVE_INFINITY
  for (const span of spans) {
    const spanLength = JSON.stringify(span).length
    if (length + spanLength > maxLength) {
      parts.push([])
      length = 0
    }
    parts.at(-1)?.push(span)
    length += spanLength
  }
  return parts
}
