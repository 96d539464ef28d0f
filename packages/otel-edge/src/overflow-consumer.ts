import { readOtelConfig, type TraceRequest } from '@throughline/otel-shared'
import { createReceiver } from './otlp-receiver.ts'
import { countUndelivered, forwardOnce } from './relay-forward.ts'

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
      // A collector that has sent one away is left alone with the others.
      if (delaySeconds > 0) {
        message.retry({ delaySeconds })
        continue
      }
      const request = parse(message.body)
      const outcome = request && (await forwardOnce(receiver, request))
      if (outcome?.result === 'busy') {
        delaySeconds = Math.max(30, Math.ceil((outcome.retryAfterMillis ?? 0) / 1_000))
        message.retry({ delaySeconds })
        continue
      }
      if (request && outcome?.result === 'refused') countUndelivered(receiver, request)
      message.ack()
    }
  }
}

function parse(body: unknown): TraceRequest | undefined {
  try {
    const request = JSON.parse(String(body)) as TraceRequest
    return Array.isArray(request.resourceSpans) ? request : undefined
  } catch {
    return undefined
  }
}
