import { decodeTraceRequestJson } from '@throughline/otel-shared'
import { tracesEndpoint } from '../export/traces-endpoint.ts'
import { countSpans, countUndelivered, forwardOnce } from './forward.ts'

/** Options of `overflowConsumer`. */
export interface OverflowConsumerOptions {
  /** Where spans are posted. Default: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, or …_ENDPOINT + `/v1/traces`. */
  readonly url?: string
}

/**
 * Creates the consumer of an overflow queue (`exporter.overflowQueue`, `overflowQueue` of the relay), which posts spans that
 * could not be delivered in time. When the collector is busy, a message is retried after the collector's `Retry-After`, and
 * after 30 s at the earliest. The number of retries and the dead-letter queue are configured on the queue. Messages that the
 * collector rejects are acknowledged.
 *
 * @example
 * ```ts
 * export default { fetch: app.fetch, queue: overflowConsumer() }
 * ```
 */
export function overflowConsumer(
  options: OverflowConsumerOptions = {},
): (batch: MessageBatch<unknown>, env: unknown) => Promise<void> {
  return async function consumeOverflow(batch, env) {
    const endpoint = tracesEndpoint(env, options.url, 'overflowConsumer url')
    if (!endpoint) {
      batch.retryAll()
      return
    }
    let delaySeconds = 0
    for (const message of batch.messages) {
      // The collector is busy, so the remaining messages are retried later too.
      if (delaySeconds > 0) {
        message.retry({ delaySeconds })
        continue
      }
      // The body of a message can be any value.
      const decoded = decodeTraceRequestJson(String(message.body))
      if (decoded.ok) {
        const outcome = await forwardOnce(endpoint, decoded.request)
        if (outcome.outcome === 'retry') {
          const { retryAfterMillis } = outcome
          if (retryAfterMillis !== undefined) delaySeconds = Math.max(30, Math.ceil(retryAfterMillis / 1_000))
          message.retry({ delaySeconds: delaySeconds || 30 })
          continue
        }
        const undelivered =
          outcome.outcome === 'refused' ? countSpans(decoded.request) : (outcome.rejectedCount ?? 0)
        countUndelivered(endpoint.url, decoded.rejectedSpans + undelivered)
      }
      message.ack()
    }
  }
}
