/** One encoded span, with what is needed to put it into a request. */
export interface EncodedSpan {
  readonly scope: string
  readonly json: string
  readonly sizeBytes: number
}

/** A request body and how many spans it holds. */
export interface Batch {
  readonly body: string
  readonly sizeBytes: number
  readonly spans: readonly EncodedSpan[]
}

const PUNCTUATION_BYTES = 80

/** Encodes one span of a scope; `scope` is the OTLP scope as JSON. */
export function toEncodedSpan(scope: string, span: unknown): EncodedSpan {
  const json = JSON.stringify(span)
  return { scope, json, sizeBytes: byteLength(json) }
}

/**
 * Packs spans into OTLP JSON bodies of at most `maxBytes` each; a span that is larger than that gets its own.
 *
 * @param resource the OTLP resource as JSON
 */
export function packBatches(resource: string, spans: readonly EncodedSpan[], maxBytes: number): Batch[] {
  const overhead = byteLength(resource) + PUNCTUATION_BYTES
  const batches: Batch[] = []
  let taken: EncodedSpan[] = []
  let sizeBytes = overhead
  const close = () => {
    if (taken.length > 0) batches.push({ body: toBody(resource, taken), sizeBytes, spans: taken })
    taken = []
    sizeBytes = overhead
  }
  for (const span of spans) {
    // Counted as if each span brought its scope along: never more than the limit, hardly less.
    const added = span.sizeBytes + byteLength(span.scope) + PUNCTUATION_BYTES
    if (sizeBytes + added > maxBytes) close()
    taken.push(span)
    sizeBytes += added
  }
  close()
  return batches
}

function toBody(resource: string, spans: readonly EncodedSpan[]): string {
  const scopes = new Map<string, string[]>()
  for (const { scope, json } of spans) {
    const list = scopes.get(scope)
    if (list) list.push(json)
    else scopes.set(scope, [json])
  }
  const scopeSpans = Array.from(scopes, ([scope, list]) => `{"scope":${scope},"spans":[${list.join()}]}`)
  return `{"resourceSpans":[{"resource":${resource},"scopeSpans":[${scopeSpans.join()}]}]}`
}

const encoder = /* @__PURE__ */ new TextEncoder()

/** UTF-8 bytes. */
export function byteLength(text: string): number {
  return encoder.encode(text).length
}
