import type { IdGenerator } from '@opentelemetry/sdk-trace-base'
import { generateSpanId, generateTraceId } from '@throughline/otel-shared'

/** Generates random ids for new spans, or uses ids that the loader has already assigned. */
export class PageIds implements IdGenerator {
  #next: { traceId?: string | undefined; spanId?: string | undefined } = {}

  /** Gives `ids` to the next span that `start` starts. The trace id is used only for a root span. */
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
