import { createRequire } from 'node:module'
import { hostname } from 'node:os'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { defaultResource, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { NodeSDK } from '@opentelemetry/sdk-node'
import {
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
} from '@opentelemetry/semantic-conventions'
import packageJson from '../package.json' with { type: 'json' }

// Not yet among the stable names: https://opentelemetry.io/docs/specs/semconv/resource/host/
const ATTR_HOST_ID = 'host.id'
const ATTR_HOST_NAME = 'host.name'

/**
 * Starts the stock OpenTelemetry Node SDK, configured by the standard `OTEL_*` variables.
 *
 * `shutdown()` sends buffered spans. Spans are sent half a second after they end unless `OTEL_BSP_SCHEDULE_DELAY`
 * says otherwise.
 */
export function startTelemetry(): { shutdown(): Promise<void> } {
  process.env.OTEL_BSP_SCHEDULE_DELAY ??= '500'
  const sdk = new NodeSDK({
    resource: defaultResource().merge(
      resourceFromAttributes({
        [ATTR_SERVICE_NAME]: 'backend',
        [ATTR_SERVICE_VERSION]: packageJson.version,
        [ATTR_SERVICE_INSTANCE_ID]: crypto.randomUUID(),
        // The same value twice: a container has a name but often no machine id, and Jaeger needs one of them.
        [ATTR_HOST_ID]: hostname(),
        [ATTR_HOST_NAME]: hostname(),
      }),
    ),
    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES override the values above.
    resourceDetectors: [envDetector],
    traceExporter: new OTLPTraceExporter(),
    // Without these two the SDK posts metrics and logs to the collector, which accepts only traces.
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [
      new HttpInstrumentation({ ignoreIncomingRequestHook: (request) => request.url === '/healthz' }),
    ],
  })
  sdk.start()
  // The instrumentation patches when `http` is required, which an ES module never does. What it patches for
  // servers is the prototype, so requiring it here once covers every import, before or after.
  createRequire(import.meta.url)('node:http')
  return { shutdown: () => sdk.shutdown() }
}
