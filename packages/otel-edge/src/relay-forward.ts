import type { OtelConfig, TraceRequest } from '@throughline/otel-shared'
import type { WaitUntil } from './invocation.ts'
import { nativeFetch } from './native-fetch.ts'
import { compressBytes, parseRetryAfter, RETRYABLE } from './otlp-exporter.ts'

const BUDGET_MILLIS = 25_000
const MAX_BACKOFF_MILLIS = 8_000
const DEFAULT_RETRY_MILLIS = 5_000

export interface ForwardTarget {
  readonly url: string
  readonly config: OtelConfig
  readonly overflowQueue?: Pick<Queue, 'send'> | undefined
}

/** What became of a batch: stored, refused for good (with the collector's status), or not taken at present. */
export type ForwardResult =
  | { readonly result: 'stored' }
  | { readonly result: 'rejected'; readonly status: number }
  | { readonly result: 'busy'; readonly retryAfterMillis: number }

// Until when a collector wants to be left alone. A time, not a state: nothing has to happen for it to end.
const busyUntil = new Map<string, number>()

/** In how many milliseconds this collector takes batches again; 0 when nothing is known against it. */
export function busyMillis(url: string): number {
  return Math.max((busyUntil.get(url) ?? 0) - Date.now(), 0)
}

/** Posts a batch once. Never throws. */
export async function forwardOnce(
  { url, config }: ForwardTarget,
  request: TraceRequest,
): Promise<ForwardResult> {
  try {
    const init: RequestInit & { encodeBody: 'manual' } = {
      method: 'POST',
      headers: { ...config.headers, 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: await compressBytes(new TextEncoder().encode(JSON.stringify(request))),
      encodeBody: 'manual',
      signal: AbortSignal.timeout(config.timeoutMillis ?? 10_000),
    }
    const response = await nativeFetch(url, init)
    await response.arrayBuffer()
    if (response.ok) {
      busyUntil.delete(url)
      return { result: 'stored' }
    }
    if (!RETRYABLE.has(response.status)) return { result: 'rejected', status: response.status }
    return busy(url, parseRetryAfter(response.headers.get('retry-after')))
  } catch {
    return busy(url, undefined)
  }
}

/** Posts a batch behind the answer's back: again and again for as long as `waitUntil` lasts, then to the queue. */
export function forwardLater(target: ForwardTarget, request: TraceRequest, lifetime: WaitUntil): void {
  const deadline = Date.now() + BUDGET_MILLIS
  lifetime.waitUntil(
    (async () => {
      for (let attempt = 1; ; attempt++) {
        const outcome = await forwardOnce(target, request)
        if (outcome.result !== 'busy') return
        const backoffMillis = Math.min(250 * 2 ** attempt, MAX_BACKOFF_MILLIS, outcome.retryAfterMillis)
        if (Date.now() + backoffMillis > deadline) break
        await new Promise((resolve) => setTimeout(resolve, backoffMillis))
      }
      await target.overflowQueue?.send(JSON.stringify(request), { contentType: 'text' }).catch(() => {})
    })(),
  )
}

function busy(url: string, retryAfterMillis = DEFAULT_RETRY_MILLIS): ForwardResult {
  busyUntil.set(url, Date.now() + retryAfterMillis)
  return { result: 'busy', retryAfterMillis }
}
