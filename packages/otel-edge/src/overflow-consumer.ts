import { decodeTraceRequestJson, readOtelConfig } from '@throughline/otel-shared'
import { createReceiver } from './otlp-receiver.ts'
import { countSpans, countUndelivered, forwardOnce } from './relay-forward.ts'

/** Where the consumer delivers to. */
export interface OverflowConsumerOptions {
  /** Default: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, or …_ENDPOINT + `/v1/traces`. */
  readonly url?: string
}

/**
 * The consumer of an overflow queue (`exporter.overflowQueue`, the relay's `overflowQueue`): posts what could not be
 * delivered in time. A message the collector does not take yet is retried when the collector said, or after 30 s; how
 * often, and the dead-letter queue behind it, are the queue's own configuration. What the collector calls invalid is
 * acknowledged: it will not become valid.
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
    const receiver = createReceiver(
      readOtelConfig((env ?? {}) as Record<string, unknown>).traces,
      options.url,
    )
    if (!receiver) {
      batch.retryAll()
      return
    }
    let delaySeconds = 0
    for (const message of batch.messages) {
      // A collector that has said when to come again is left alone with the others.
      if (delaySeconds > 0) {
        message.retry({ delaySeconds })
        continue
      }
      // A message can be anything.
      const decoded = decodeTraceRequestJson(String(message.body))
      if (decoded.ok) {
        const outcome = await forwardOnce(receiver, decoded.request)
        if (outcome.result === 'busy') {
          const { retryAfterMillis } = outcome
          if (retryAfterMillis !== undefined) delaySeconds = Math.max(30, Math.ceil(retryAfterMillis / 1_000))
          message.retry({ delaySeconds: delaySeconds || 30 })
          continue
        }
        const undelivered = outcome.result === 'refused' ? countSpans(decoded.request) : outcome.rejectedCount
        countUndelivered(receiver.url, decoded.rejectedSpans + undelivered)
      }
      message.ack()
    }
  }
}
