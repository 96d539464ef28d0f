import { type OtlpSpan, splitBySize, type TraceRequest } from '@throughline/otel-shared'

/**
 * Splits a request into requests whose spans have at most `maxLength` characters of JSON. A longer span is alone in its
 * request.
 */
export function splitRequest({ resourceSpans }: TraceRequest, maxLength: number): TraceRequest[] {
  const requests: TraceRequest[] = []
  for (const { scopeSpans, ...resource } of resourceSpans) {
    for (const { spans, ...scope } of scopeSpans) {
      for (const part of splitBySize(spans, maxLength, lengthOf)) {
        requests.push({ resourceSpans: [{ ...resource, scopeSpans: [{ ...scope, spans: part }] }] })
      }
    }
  }
  return requests
}

function lengthOf(span: OtlpSpan): number {
  return JSON.stringify(span).length
}
