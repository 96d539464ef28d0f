import {
  decodeUtf8Lossy,
  type PostOutcome,
  parseRejectedCount,
  readOutcome,
  redactUrl,
} from '@throughline/otel-shared'
import { parseHttpUrl } from '../config/http-url.ts'
import { safeString } from '../core/safe-string.ts'
import { withoutTracing } from '../core/suppress-tracing.ts'
import { MAX_EXPORT_REDIRECTS, MAX_PAUSE_MILLIS } from '../limits.ts'
import { exportFetch } from '../platform/native-fetch.ts'
import { warn } from '../platform/otel-api.ts'
import type { OtlpEndpoint } from './otlp-endpoint.ts'

/**
 * Posts a request once. Never throws.
 *
 * @param encode returns the encoded request. It is called, and its result is read, before the first `await`. If it throws,
 *   the outcome is `refused`.
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
 */
export async function postOtlp(endpoint: OtlpEndpoint, encode: () => Uint8Array): Promise<PostOutcome> {
  let bytes: Uint8Array
  try {
    bytes = encode()
  } catch {
    return { outcome: 'refused', status: 400 }
  }
  try {
    const body = endpoint.gzip ? await compressBytes(bytes) : bytes.slice()
    // The span of an export request would cause the next export request.
    return await withoutTracing(() => post(endpoint, body))
  } catch (error) {
    // Every error of `fetch` is retried: a refused connection, a reset and a timeout can be temporary, and some runtimes do
    // not distinguish them. In Node.js, `cause` contains the reason.
    const reason = safeString(() => `${error}, ${(error as Error).cause ?? ''}`)
    warn(`${endpoint.source} cannot be reached: ${reason}`)
    return { outcome: 'retry' }
  }
}

async function post(endpoint: OtlpEndpoint, body: ArrayBuffer | Uint8Array): Promise<PostOutcome> {
  const { source, bodyHeaders, timeoutMillis, protobuf } = endpoint
  const signal = AbortSignal.timeout(timeoutMillis)
  let { url } = endpoint
  let headers: HeadersInit = endpoint.headers
  for (let redirects = 0; ; redirects++) {
    const init: RequestInit & { encodeBody: 'manual' } = {
      method: 'POST',
      headers,
      body,
      // `fetch` would follow a 301 with a GET without the body, and send headers with API keys to another origin.
      redirect: 'manual',
      // Prevents workerd from compressing the body a second time:
      // https://developers.cloudflare.com/workers/runtime-apis/response/ (`encodeBody`)
      encodeBody: 'manual',
      signal,
    }
    const response = await exportFetch(url, init)
    // Reading the body frees the connection. An invocation can have six open connections.
    // https://developers.cloudflare.com/workers/platform/limits/#simultaneous-open-connections
    const answer = new Uint8Array(await response.arrayBuffer())
    const { status, headers: answerHeaders } = response
    const outcome = readOutcome(response, MAX_PAUSE_MILLIS)
    if (outcome.outcome === 'sent') {
      const rejectedCount =
        protobuf?.decodeRejectedCount(answer, answerHeaders.get('content-type') ?? '') ??
        parseRejectedCount(decodeUtf8Lossy(answer))
      if (rejectedCount > 0) warn(`${source} rejected a part of a batch: see its log`)
      return { outcome: 'sent', rejectedCount }
    }
    if (outcome.outcome === 'retry') return outcome
    const location = answerHeaders.get('location')
    warn(
      `${source} answered ${status}: check address, headers and protocol${location ? `; redirected to ${redactUrl(location)}` : ''}`,
    )
    // The other redirects turn a POST into a GET without a body, or leave the choice to a user.
    // https://www.rfc-editor.org/rfc/rfc9110#section-15.4
    const isRepeated = status === 307 || status === 308
    const next = location && isRepeated ? parseHttpUrl(URL.parse(location, url)?.href ?? '') : undefined
    const { origin, protocol } = new URL(url)
    // A redirect from https to http is not followed.
    const isDowngrade = protocol === 'https:' && next?.protocol === 'http:'
    if (!next || isDowngrade || redirects === MAX_EXPORT_REDIRECTS) return outcome
    // The configured headers, which can contain an API key, are sent to the configured origin only.
    if (next.origin !== origin) headers = bodyHeaders
    url = next.href
  }
}

/** A `process` that provides `node:zlib`, which not every runtime does. */
interface NodeProcess {
  getBuiltinModule?(name: 'node:zlib'): {
    gzipSync(bytes: Uint8Array, options: { level: number }): Uint8Array
  }
}

/**
 * Compresses with gzip, at the lowest level where possible. For spans, it takes a fifth of the time of the default level, and
 * its output is 7 % larger. `CompressionStream` supports the default level only.
 */
async function compressBytes(bytes: Uint8Array): Promise<ArrayBuffer | Uint8Array> {
  const { process } = globalThis as { process?: NodeProcess }
  const zlib = process?.getBuiltinModule?.('node:zlib')
  return zlib
    ? zlib.gzipSync(bytes, { level: 1 })
    : new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer()
}
