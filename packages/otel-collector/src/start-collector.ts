import type { TraceRequest } from '@throughline/otel-shared'
import { type Listening, listen } from './listen.ts'
import { createOtlpHandler } from './otlp/otlp-handler.ts'
import { openTraceStore } from './store/trace-store.ts'
import { createWriteQueue } from './store/write-queue.ts'
import { createUiHandler } from './ui-handler.ts'
import { createViewerFiles } from './viewer-files.ts'

const SWEEP_MILLIS = 60_000
const MIB = 1024 * 1024

export interface CollectorOptions {
  /** Port of the OTLP/HTTP receiver; 0 takes a free one. Default 4318. */
  readonly otlpPort?: number
  /** Port of the viewer and of Jaeger's query API; 0 takes a free one. Default 16686. */
  readonly uiPort?: number
  /** Address to listen on. Default `localhost`: this machine only. */
  readonly host?: string
  /** SQLite file; default `:memory:`. */
  readonly databasePath?: string
  /** How long a trace is kept. Default one day. */
  readonly maxAgeMillis?: number
  /** How many spans are kept; the oldest traces go first. Default 100,000. */
  readonly maxSpans?: number
  /** How many bytes of spans, as JSON, are kept; the oldest traces go first. Default 512 MiB. */
  readonly maxBytes?: number
  /** How many received spans may wait for the database before senders are told to come later. Default 20,000. */
  readonly maxQueuedSpans?: number
  /** How long a sender waits while another process holds the database. Default 5,000. */
  readonly maxWaitMillis?: number
  /** Given every request whose spans were stored. */
  readonly onSpans?: (request: TraceRequest) => void
}

/** A collector that runs. */
export interface Collector {
  /** Where OTLP/HTTP traces go: `http://localhost:4318/v1/traces`. */
  readonly otlpUrl: string
  /** The viewer, and Jaeger's query API below `/api`: `http://localhost:16686`. */
  readonly uiUrl: string
  /** Stops listening, writes what waits, closes the database. May be called again. */
  shutdown(): Promise<void>
}

/**
 * Starts a collector: OTLP/HTTP in, SQLite, Jaeger's query API and a viewer, in this process.
 *
 * Throws an `Error` that says what to do when a port is taken or the database cannot be used.
 *
 * @example
 * const collector = await startCollector({ otlpPort: 0, uiPort: 0 })
 * console.log(collector.otlpUrl, collector.uiUrl)
 * await collector.shutdown()
 */
export async function startCollector(options: CollectorOptions = {}): Promise<Collector> {
  const { host = 'localhost', maxAgeMillis = 86_400_000, maxSpans = 100_000, maxBytes = 512 * MIB } = options
  const store = openTraceStore(options.databasePath ?? ':memory:', { maxAgeMillis, maxSpans, maxBytes })
  const queue = createWriteQueue(store.write, {
    maxSpans: options.maxQueuedSpans ?? 20_000,
    maxWaitMillis: options.maxWaitMillis ?? 5_000,
  })
  const otlpHandler = createOtlpHandler({
    store: queue.add,
    ...(options.onSpans && { onStored: options.onSpans }),
  })
  const listening: Listening[] = []
  const open = async (...args: Parameters<typeof listen>): Promise<number> => {
    const listener = await listen(...args)
    listening.push(listener)
    return listener.port
  }
  const closeAll = async () => {
    await Promise.all(listening.map((listener) => listener.close()))
    queue.close()
    store.close()
  }
  try {
    const otlpPort = await open(otlpHandler, { port: options.otlpPort ?? 4318, host, variable: 'OTLP_PORT' })
    const uiHandler = createUiHandler(store, createViewerFiles())
    const uiPort = await open(uiHandler, { port: options.uiPort ?? 16686, host, variable: 'UI_PORT' })
    // Once at the start, too: the database may have lain there for a week.
    sweepGuarded(store.sweep)
    const sweeping = setInterval(() => sweepGuarded(store.sweep), SWEEP_MILLIS)
    sweeping.unref()
    let closing: Promise<void> | undefined
    return {
      otlpUrl: `http://${urlHost(host)}:${otlpPort}/v1/traces`,
      uiUrl: `http://${urlHost(host)}:${uiPort}`,
      shutdown() {
        clearInterval(sweeping)
        closing ??= closeAll()
        return closing
      },
    }
  } catch (error) {
    await closeAll()
    throw error
  }
}

/** A sweep that finds the database locked is made up for by the next one. */
function sweepGuarded(sweep: () => void): void {
  try {
    sweep()
  } catch (error) {
    console.error('old traces could not be deleted now', error)
  }
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
