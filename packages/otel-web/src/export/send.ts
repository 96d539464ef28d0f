import { type PostOutcome, parseRejectedCount, readOutcome } from '@throughline/otel-shared'
import type { PageGlobals } from '../platform/page-globals.ts'

export interface SendTarget {
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  readonly globals: PageGlobals
}

/** The outcome of a request. `reason` is set unless all spans were accepted. */
export interface SendResult extends PostOutcome {
  readonly reason?: string | undefined
}

const TIMEOUT_MILLIS = 10_000

export interface PostOptions {
  readonly isCompressed?: boolean
  /** Whether the request outlives the page. */
  readonly keepalive: boolean
}

/** Posts an OTLP JSON body. The request starts before anything asynchronous happens. Never rejects. */
export async function post(
  { endpoint, globals, headers }: SendTarget,
  body: BodyInit,
  { isCompressed, keepalive }: PostOptions,
): Promise<SendResult> {
  const abort = new AbortController()
  const timer = globals.setTimeout(() => abort.abort(), TIMEOUT_MILLIS)
  try {
    const request: RequestInit = {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...headers,
        ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
      },
      body,
      keepalive,
      priority: 'low',
      // Redirects are not followed: they would send spans and headers to another URL, often as a GET. The status of a
      // redirect is not visible to the page.
      redirect: 'manual',
      signal: abort.signal,
    }
    const response = await globals.fetch(endpoint, request)
    if (response.type === 'opaqueredirect') return { outcome: 'refused', reason: 'redirect' }
    // Chromium releases the keepalive quota of a request (64 KiB) only when its response was read:
    // https://fetch.spec.whatwg.org/#http-network-or-cache-fetch
    const answer = await response.text()
    // HTML means that no collector listens at this URL and the site answers with its fallback page.
    if (/^\s*</.test(answer) && response.ok) return { outcome: 'refused', reason: 'HTML' }
    if (!response.ok) return { ...readOutcome(response), reason: `status ${response.status}` }
    const rejectedCount = parseRejectedCount(answer)
    return { outcome: 'sent', rejectedCount, reason: rejectedCount ? 'partial success' : undefined }
  } catch (error) {
    return { outcome: 'retry', reason: error instanceof Error ? error.message : String(error) }
  } finally {
    globals.clearTimeout(timer)
  }
}

/**
 * Compresses a body if possible. A body for another origin is not compressed: `Content-Encoding` must be allowed by
 * CORS, and the OpenTelemetry Collector does not allow it by default.
 */
export async function compress(body: string, { endpoint }: SendTarget): Promise<ArrayBuffer | undefined> {
  try {
    if (new URL(endpoint).origin !== location.origin) return undefined
    const compressed = new Response(body).body?.pipeThrough(new CompressionStream('gzip'))
    return compressed && (await new Response(compressed).arrayBuffer())
  } catch {
    return undefined
  }
}

/**
 * Sends a body for which the keepalive quota has no room. A beacon is sent only to the page's own origin and without
 * configured headers: it cannot carry headers, and does not report that another origin rejects its credentials.
 */
export function sendBeacon(body: string, { endpoint, headers }: SendTarget): boolean {
  if (Object.keys(headers).length > 0 || !endpoint.startsWith(`${location.origin}/`)) return false
  return navigator.sendBeacon?.(endpoint, new Blob([body], { type: 'application/json' }))
}
