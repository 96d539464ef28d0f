import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { FetchInstrumentation } from '@opentelemetry/instrumentation-fetch'
import { XMLHttpRequestInstrumentation } from '@opentelemetry/instrumentation-xml-http-request'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, WebTracerProvider } from '@opentelemetry/sdk-trace-web'

// OpenTelemetry's own SDK, set up as documented, on a page that also has this SDK.
const exporter = new OTLPTraceExporter({
  url: `${location.origin}/v1/traces`,
  headers: { 'x-api-key': 'second' },
})
new WebTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'second' }),
  spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: 200 })],
}).register()
registerInstrumentations({
  instrumentations: [new FetchInstrumentation(), new XMLHttpRequestInstrumentation()],
})
