import { parseArgs } from 'node:util'
import { type Collector, startCollector } from '../start-collector.ts'
import { printSpans } from './print-spans.ts'
import { readConfig } from './read-config.ts'

const USAGE = `Usage: throughline-collector [--debug]

  --debug          prints every span that is received

  OTLP_PORT        port of the OTLP/HTTP receiver (4318)
  UI_PORT          port of the viewer and of Jaeger's query API (16686)
  LISTEN_HOST      address to listen on (localhost)
  ALLOWED_HOSTS    names this machine is reached by, comma-separated, besides localhost and LISTEN_HOST
  DATABASE_PATH    SQLite file (:memory:)
  MAX_AGE_MINUTES  how long a trace is kept (1440)
  MAX_SPANS        how many spans are kept (100000)
  MAX_MEGABYTES    how large the database may be (536)
  REDACT           true takes secrets out of spans before they are stored (false)`

/** Runs the collector with the options of the command line and the environment, until SIGINT or SIGTERM. */
export async function runCollector(): Promise<void> {
  try {
    await run()
  } catch (error) {
    console.error(`otel-collector: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { debug: { type: 'boolean' }, help: { type: 'boolean' } } })
  if (values.help) return console.log(USAGE)
  const collector = await startCollector({
    ...readConfig(process.env),
    ...(values.debug && { onSpans: (request) => console.log(printSpans(request)) }),
  })
  console.log(`OTLP    ${collector.otlpUrl}`)
  console.log(`traces  ${collector.uiUrl}`)
  process.once('SIGINT', () => stop(collector))
  process.once('SIGTERM', () => stop(collector))
}

function stop(collector: Collector): void {
  collector.shutdown().catch((error: unknown) => {
    console.error('otel-collector: the shutdown failed', error)
    process.exitCode = 1
  })
}
