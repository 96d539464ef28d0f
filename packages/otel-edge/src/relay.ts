import {
  type DecodeResult,
  decodeTraceRequestJson,
  decodeTraceRequestProtobuf,
  readOtelConfig,
} from '@throughline/otel-shared'
import type { Handler } from 'hono'
import { nativeFetch } from './native-fetch.ts'

/** What the relay takes, and where it passes it on to. */
export interface RelayOptions {
  /** Where batches are posted. Default: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, or …_ENDPOINT + `/v1/traces`. */
  readonly url?: string
  /** Origins besides the worker's own that may send. Default: none. */
  readonly origins?: readonly string[]
  /** Largest body, after decompression. Default: 1 MiB. */
  readonly maxBytes?: number
}

/**
 * Takes a page's spans at the page's own origin and passes them on to the collector. What it refuses is answered
 * with an OTLP `Status`.
 *
 * @example
 * ```ts
 * app.post('/v1/traces', otlpRelay())
 * ```
 */
export function otlpRelay(options: RelayOptions = {}): Handler {
  return async function otlpRelayHandler(c) {
    const { maxBytes = 1024 * 1024 } = options
    const origin = c.req.header('origin')
    const own = new URL(c.req.url).origin
    if (origin !== undefined && origin !== own && !options.origins?.includes(origin)) {
      return c.json({ code: 7, message: `origin ${origin.slice(0, 200)} may not send here` }, 403)
    }
    const raw = await c.req.arrayBuffer()
    if (raw.byteLength > maxBytes) return c.json({ code: 8, message: `more than ${maxBytes} bytes` }, 413)
    const isProtobuf = (c.req.header('content-type') ?? '').startsWith('application/x-protobuf')
    let decoded: DecodeResult
    try {
      const bytes =
        c.req.header('content-encoding') === 'gzip'
          ? await new Response(
              new Blob([raw]).stream().pipeThrough(new DecompressionStream('gzip')),
            ).arrayBuffer()
          : raw
      decoded = isProtobuf
        ? decodeTraceRequestProtobuf(new Uint8Array(bytes))
        : decodeTraceRequestJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes))
    } catch {
      decoded = { ok: false, message: 'the body cannot be read' }
    }
    if (!decoded.ok) return c.json({ code: 3, message: decoded.message }, 400)
    const { tracesUrl } = readOtelConfig((c.env ?? {}) as Record<string, unknown>)
    const url = options.url ?? tracesUrl
    if (url !== undefined) {
      const sent = nativeFetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(decoded.request),
        signal: AbortSignal.timeout(10_000),
      }).then(
        (response) => response.arrayBuffer(),
        () => undefined,
      )
      c.executionCtx.waitUntil(sent)
    }
    return c.json({}, 200)
  }
}
