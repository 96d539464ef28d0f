import { redactSpans, type TraceRequest } from '@throughline/otel-shared'
import { createHostCheck } from './http/allowed-hosts.ts'
import { type Listening, listen } from './http/listen.ts'
import { createQueryPool, type QueryPool } from './query/query-pool.ts'
import { createUiHandler } from './query/ui-handler.ts'
import { receiverMemory } from './receiver/low-memory.ts'
import { createOtlpHandler } from './receiver/otlp-handler.ts'
import { describeFailure } from './store/database/explain-failure.ts'
import { openTraceStore } from './store/write/trace-store.ts'
import { createWriteQueue } from './store/write/write-queue.ts'

const SWEEP_MILLIS = 60_000
const NEXT_SWEEP_MILLIS = 20
const MIB = 1024 * 1024
const MAX_QUEUED_BYTES = 8 * MIB

export interface CollectorOptions {
  /** Port of the OTLP/HTTP receiver. 0 selects a free port. Default 4318. */
  readonly otlpPort?: number
  /** Port of the viewer and of Jaeger's query API. 0 selects a free port. Default 16686. */
  readonly uiPort?: number
  /** Host name or address to listen on. Default `localhost`, which only this machine can reach. */
  readonly host?: string
  /** Host names, besides `localhost` and `host`, that the `Host` header of a request may have. Default none. */
  readonly allowedHosts?: readonly string[]
  /** Path of the SQLite file. The default `:memory:` is a temporary file that is deleted when the collector stops. */
  readonly databasePath?: string
  /** How long a trace is kept, in milliseconds. Default one day. */
  readonly maxAgeMillis?: number
  /** The maximum number of spans. The oldest traces are deleted first. Default 100,000. */
  readonly maxSpans?: number
  /**
   * The maximum size of the database, including names, resources and indices. The oldest traces are deleted first.
   * Default 512 MiB.
   */
  readonly maxBytes?: number
  /** The maximum number of received spans waiting to be written. Beyond it, senders get status 429. Default 20,000. */
  readonly maxQueuedSpans?: number
  /** How long a request waits while another process locks the database, in milliseconds. Default 5,000. */
  readonly maxWaitMillis?: number
  /** Whether secrets, and values of URL queries, are redacted before spans are stored. Default false. */
  readonly redact?: boolean
  /** Called for every request whose spans were stored, with the spans as they were stored. */
  readonly onSpans?: (request: TraceRequest) => void
}

/** A running collector. */
export interface Collector {
  /** URL of the OTLP/HTTP receiver for traces: `http://localhost:4318/v1/traces`. */
  readonly otlpUrl: string
  /** URL of the viewer, and of Jaeger's query API below `/api`: `http://localhost:16686`. */
  readonly uiUrl: string
  /** Stops listening, writes the waiting spans and closes the database. Can be called more than once. */
  shutdown(): Promise<void>
}

/**
 * Starts a collector in this process: an OTLP/HTTP receiver, an SQLite store, Jaeger's query API and a viewer.
 *
 * Throws an `Error` with advice if a port is taken or the database cannot be used.
 *
 * @example
 * const collector = await startCollector({ otlpPort: 0, uiPort: 0 })
 * console.log(collector.otlpUrl, collector.uiUrl)
 * await collector.shutdown()
 */
export async function startCollector(options: CollectorOptions = {}): Promise<Collector> {
  const { host = 'localhost', maxAgeMillis = 86_400_000, maxSpans = 100_000, maxBytes = 512 * MIB } = options
  let pool: QueryPool | undefined
  const store = openTraceStore(options.databasePath ?? ':memory:', {
    maxAgeMillis,
    maxSpans,
    maxBytes,
    pauseReads: () => pool?.pauseReads() ?? (() => undefined),
  })
  const queries = createQueryPool(store.path)
  pool = queries
  const queue = createWriteQueue(store.write, {
    maxSpans: options.maxQueuedSpans ?? 20_000,
    maxBytes: MAX_QUEUED_BYTES,
    maxWaitMillis: options.maxWaitMillis ?? 5_000,
    describe: describeOnce(store.path),
  })
  const isOwnHost = createHostCheck(host, options.allowedHosts ?? [])
  const otlpHandler = createOtlpHandler({
    isOwnHost,
    memory: receiverMemory(maxBytes),
    store: queue.add,
    ...(options.redact && { redact: (request: TraceRequest) => redactSpans(request) }),
    ...(options.onSpans && { onStored: guarded(options.onSpans) }),
  })
  const listening: Listening[] = []
  const open = async (...args: Parameters<typeof listen>): Promise<number> => {
    const listener = await listen(...args)
    listening.push(listener)
    return listener.port
  }
  const closeAll = async () => {
    await Promise.all(listening.map((listener) => listener.close()))
    await queries.close()
    queue.close()
    store.close()
  }
  try {
    const otlpPort = await open(otlpHandler, { port: options.otlpPort ?? 4318, host, variable: 'OTLP_PORT' })
    const uiHandler = createUiHandler(queries, isOwnHost)
    const uiPort = await open(uiHandler, { port: options.uiPort ?? 16686, host, variable: 'UI_PORT' })
    const stopSweeping = startSweeping(store.sweep)
    let closing: Promise<void> | undefined
    return {
      otlpUrl: `http://${urlHost(host)}:${otlpPort}/v1/traces`,
      uiUrl: `http://${urlHost(host)}:${uiPort}`,
      shutdown() {
        stopSweeping()
        closing ??= closeAll()
        return closing
      },
    }
  } catch (error) {
    await closeAll()
    throw error
  }
}

/**
 * Returns a function that describes database errors and prints each distinct description once. Senders get the same
 * message.
 */
function describeOnce(path: string): (error: unknown) => string {
  const printed = new Set<string>()
  return (error) => {
    const message = describeFailure(path, error)
    if (!printed.has(message)) console.error(`spans are not stored: ${message}`)
    printed.add(message)
    return message
  }
}

/** Prints an error of the callback: its spans are stored, so their sender must not get an error. */
function guarded(onSpans: (request: TraceRequest) => void): (request: TraceRequest) => void {
  return (request) => {
    try {
      onSpans(request)
    } catch (error) {
      console.error('the callback onSpans failed:', error)
    }
  }
}

/** Sweeps once a minute, and again immediately while something is left to delete. Returns a function that stops it. */
function startSweeping(sweep: () => boolean): () => void {
  let again: ReturnType<typeof setTimeout> | undefined
  const run = () => {
    clearTimeout(again)
    try {
      if (!sweep()) again = setTimeout(run, NEXT_SWEEP_MILLIS)
    } catch (error) {
      // The database may be locked. The next sweep deletes what this one did not.
      console.error('could not delete old traces, will try again:', error)
    }
  }
  const sweeping = setInterval(run, SWEEP_MILLIS)
  sweeping.unref()
  return () => {
    clearInterval(sweeping)
    clearTimeout(again)
  }
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
