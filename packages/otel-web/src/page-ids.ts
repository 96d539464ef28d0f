import type { IdGenerator } from '@opentelemetry/sdk-trace-base'
import { generateSpanId, generateTraceId } from '@throughline/otel-shared'

/** Ids for new spans: random ones, or those that were given out before the SDK was there. */
export class PageIds implements IdGenerator {
  #next: { traceId?: string | undefined; spanId?: string | undefined } = {}

  /** The next span that `start` starts gets these ids; a trace id counts only for a root. */
  with<T>(ids: { traceId?: string | undefined; spanId?: string | undefined }, start: () => T): T {
    this.#next = ids
    try {
      return start()
    } finally {
      this.#next = {}
    }
  }

  generateTraceId(): string {
    return this.#next.traceId ?? generateTraceId()
  }

  generateSpanId(): string {
    return this.#next.spanId ?? generateSpanId()
  }
}
