import { gunzipSync } from 'node:zlib'
import { decodeDatadog } from './datadog.ts'
import { decodeElastic } from './elastic.ts'
import { decodeFaro, decodeOtlp } from './otlp.ts'
import type { SeenSpan } from './seen-span.ts'
import { decodeSentry } from './sentry.ts'

const DECODERS: { readonly [path: string]: (body: string) => SeenSpan[] } = {
  '/v1/traces': decodeOtlp,
  '/dash0/v1/traces': decodeOtlp,
  '/faro/collect': decodeFaro,
  '/sentry': decodeSentry,
  '/datadog': decodeDatadog,
  '/intake/v2/rum/events': decodeElastic,
}
/** Other data that the products send. */
const OTHERS = ['/v1/logs', '/v1/metrics', '/dash0/v1/logs', '/dash0/v1/metrics', '/config/v1/rum/agents']

export function isCollectorPath(path: string): boolean {
  return path in DECODERS || OTHERS.includes(path)
}

/** The spans in one delivery; throws on a body that is not in its product's format. */
export function decode(path: string, body: Buffer): SeenSpan[] {
  const gzipped = body[0] === 0x1f && body[1] === 0x8b
  const text = (gzipped ? gunzipSync(body) : body).toString('utf8')
  return text === '' ? [] : (DECODERS[path]?.(text) ?? [])
}
