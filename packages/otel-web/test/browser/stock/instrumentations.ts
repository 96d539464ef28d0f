import { FetchInstrumentation } from '@opentelemetry/instrumentation-fetch'
import { XMLHttpRequestInstrumentation } from '@opentelemetry/instrumentation-xml-http-request'
import { startTracing } from '@throughline/otel-web'

window.throughline = startTracing({
  serviceName: 'app',
  instrumentations: [
    new FetchInstrumentation({ ignoreNetworkEvents: true, ignoreUrls: [/v1.traces/] }),
    new XMLHttpRequestInstrumentation({ ignoreNetworkEvents: true }),
  ],
})
