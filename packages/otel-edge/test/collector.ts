import { env } from 'cloudflare:workers'
import type { TraceRequest } from '@throughline/otel-shared'
import { decodeExport, type ReceivedSpan, RemoteCollector, waitForSpans } from '@throughline/otel-testing'
import type { EdgeOptions } from '../src/index.ts'

/** A collector of a test's own, and the options that send to it. */
export class TestCollector extends RemoteCollector {
  /** @param id `'shared'` for spans of the classes of the test worker. Default: a new inbox. */
  constructor(id?: string) {
    super((env as { COLLECTOR_URL: string }).COLLECTOR_URL, id)
  }

  /** Options that send to this collector soon. */
  options(more: EdgeOptions = {}): EdgeOptions {
    return {
      serviceName: 'test',
      trust: 'all',
      ...more,
      exporter: { url: this.tracesUrl, batchDelayMillis: 5, ...more.exporter },
    }
  }

  /** The requests of spans that were stored. */
  async requests(): Promise<Partial<TraceRequest>[]> {
    return (await this.exports()).map(decodeExport)
  }

  /** Waits until at least `count` spans have arrived, and returns all of them. */
  waitForSpans(count: number): Promise<ReceivedSpan[]> {
    return waitForSpans(this, () => true, count)
  }
}
