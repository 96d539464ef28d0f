import { splitBySize } from '@throughline/otel-shared'

/** One encoded span, with what is needed to put it into a request. */
export interface EncodedSpan {
  readonly scope: string
  readonly json: string
  readonly sizeBytes: number
  /** The number of dropped spans that this span reports. It is reported again if this span is dropped, too. */
  readonly reportedCount: number
}

/** A request body, and the spans in it. */
export interface Batch {
  readonly body: string
  readonly sizeBytes: number
  readonly spans: readonly EncodedSpan[]
}

const PUNCTUATION_BYTES = 80

/**
 * Characters that must be escaped in JSON, and lone surrogates: strict receivers reject a whole request because of one.
 */
const ESCAPED = /["\\\p{Cc}\p{Cs}]/gu

/**
 * Serialises plain data as JSON without the page's `JSON` and prototypes: `JSON.stringify` would call a `toJSON` that
 * an old library defines on `Array.prototype`. Lone surrogates become U+FFFD.
 */
export function toJson(value: unknown): string {
  if (typeof value === 'string') {
    return `"${value.replace(ESCAPED, (character) => {
      const code = character.charCodeAt(0)
      return `\\u${(code < 0xd800 ? code : 0xfffd).toString(16).padStart(4, '0')}`
    })}"`
  }
  if (typeof value !== 'object' || value === null) return `${value ?? null}`
  let json = ''
  if (Array.isArray(value)) {
    for (const item of value) json += `${json && ','}${toJson(item)}`
    return `[${json}]`
  }
  for (const [key, property] of Object.entries(value)) {
    if (property !== undefined) json += `${json && ','}${toJson(key)}:${toJson(property)}`
  }
  return `{${json}}`
}

/** Encodes one span of a scope; `scope` is the OTLP scope as JSON. */
export function toEncodedSpan(scope: string, span: unknown, reportedCount = 0): EncodedSpan {
  const json = toJson(span)
  return { scope, json, sizeBytes: byteLength(json), reportedCount }
}

/**
 * Packs spans into OTLP JSON bodies of at most `maxBytes`. A larger span gets a body of its own.
 *
 * @param resource the OTLP resource as JSON
 */
export function packBatches(resource: string, spans: readonly EncodedSpan[], maxBytes: number): Batch[] {
  const overhead = byteLength(resource) + PUNCTUATION_BYTES
  // The scope is counted once for each span, so a batch never exceeds the limit and may be slightly smaller.
  const sizeOf = ({ scope, sizeBytes }: EncodedSpan) => sizeBytes + byteLength(scope) + PUNCTUATION_BYTES
  return splitBySize(spans, maxBytes - overhead, sizeOf).map((taken) => {
    const body = toBody(resource, taken)
    return { body, sizeBytes: byteLength(body), spans: taken }
  })
}

function toBody(resource: string, spans: readonly EncodedSpan[]): string {
  const scopes = new Map<string, string[]>()
  for (const { scope, json } of spans) {
    const list = scopes.get(scope)
    if (list) list.push(json)
    else scopes.set(scope, [json])
  }
  const scopeSpans = [...scopes].map(([scope, list]) => `{"scope":${scope},"spans":[${list.join()}]}`)
  return `{"resourceSpans":[{"resource":${resource},"scopeSpans":[${scopeSpans.join()}]}]}`
}

const encoder = /* @__PURE__ */ new TextEncoder()

/** The length in UTF-8 bytes. */
export function byteLength(text: string): number {
  return encoder.encode(text).length
}
