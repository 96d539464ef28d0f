import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { startTracing } from '@throughline/otel-web'

const exporter = new OTLPTraceExporter({ url: `${location.origin}/v1/traces` })
window.throughline = startTracing({
  serviceName: 'app',
  spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: 200 })],
})
