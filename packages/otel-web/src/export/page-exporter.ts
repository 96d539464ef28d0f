import type { Resource } from '@opentelemetry/resources'
import { toKeyValues } from '@throughline/otel-shared'
import type { TraceClock } from '../core/clock.ts'
import type { TracingOptions } from '../options.ts'
import type { PageGlobals } from '../platform/page-globals.ts'
import { createRedactor, type Redactor } from '../privacy/redact-attributes.ts'
import { toJson } from './batches.ts'
import { ExportCounts } from './export-counts.ts'
import { OtlpExporter } from './otlp-exporter.ts'
import { SpanQueue } from './span-queue.ts'

const BATCH_DELAY_MILLIS = 1000
const OFFLINE_DELAY_MILLIS = 100

/** The dependencies of {@link createPageExporter}; the page SDK implements them. */
export interface PageExporterParts {
  readonly options: TracingOptions
  readonly endpoint: string
  readonly resource: Resource
  readonly globals: PageGlobals
  readonly clock: TraceClock
  readonly actions: { isAction(span: object): boolean }
  readonly recordingState: { isOn(): boolean; readonly session: { readonly id: string } }
  /** Resource timings, which are read before spans are exported. */
  readonly timings: { takeRecords(): void }
}

/** Passes ended spans on to the collector. */
export interface PageExporter {
  readonly queue: SpanQueue
  readonly otlp: OtlpExporter
  readonly counts: ExportCounts
  readonly redactor: Redactor
  /** Exports all ended spans. Waits for {@link open} first. */
  flush(): Promise<void>
  /** Allows `flush` to export. Called when the redaction of rare secrets was loaded, or failed to load. */
  open(): void
  /**
   * Exports all ended spans at once, since the page may be discarded. With `open`, exports the spans that have not
   * ended, too.
   */
  leave(open: boolean): void
  /** Removes all spans, and the attributes that were set for later ones. */
  clear(): Promise<void>
}

/** @param onGone called when the collector will never accept spans again */
export function createPageExporter(parts: PageExporterParts, onGone: () => void): PageExporter {
  const { options, endpoint, resource, globals, clock, actions, recordingState, timings } = parts
  const redactor = createRedactor(options.redact, options.keepQuery)
  const counts = new ExportCounts()
  const otlp = new OtlpExporter({
    target: { endpoint, headers: options.headers ?? {}, globals },
    resource: () => toJson({ attributes: toKeyValues(redactor.attributes(resource.attributes)) }),
    mayStore: options.maxStoredBytes !== 0,
    recordingState,
    counts,
    onGone,
  })
  let timer: number | undefined
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const queue = new SpanQueue({
    clock,
    redactor,
    actions,
    recordingState,
    counts,
    onQueued: () => {
      // While offline, spans are stored soon: spans in memory are lost when the page is closed.
      const delayMillis = navigator.onLine
        ? (options.batchDelayMillis ?? BATCH_DELAY_MILLIS)
        : OFFLINE_DELAY_MILLIS
      timer ??= globals.setTimeout(() => void flush(), delayMillis)
    },
  })
  const takeEnded = () => {
    timings.takeRecords()
    otlp.add(queue.takeEnded())
  }
  const flush = () => opened.then(flushNow)
  const flushNow = () => {
    globals.clearTimeout(timer)
    timer = undefined
    takeEnded()
    return otlp.flush()
  }
  return {
    queue,
    otlp,
    counts,
    redactor,
    flush,
    open,
    leave(open) {
      takeEnded()
      if (open) otlp.add(queue.takeOpen())
      otlp.flushLeaving()
    },
    async clear() {
      queue.clear()
      queue.setAttributes()
      await otlp.clear()
    },
  }
}
