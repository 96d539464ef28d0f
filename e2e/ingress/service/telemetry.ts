import { createRequire } from 'node:module'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  type IdGenerator,
  NodeTracerProvider,
  RandomIdGenerator,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions'
import { type Format, propagatorOf } from './propagators.ts'

/** Starts stock OpenTelemetry with one format of trace headers. Every span is exported when it ends. */
export function startTelemetry(serviceName: string, format: Format): void {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: serviceName }),
    spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter())],
    ...(format === 'b3-64' ? { idGenerator: shortTraceIds() } : {}),
  })
  provider.register({ propagator: propagatorOf(format) })
  const http = new HttpInstrumentation({
    ignoreIncomingRequestHook: ({ url }) => url === '/healthz',
    ignoreOutgoingRequestHook: ({ path }) => path === '/v1/traces',
  })
  registerInstrumentations({ instrumentations: [http] })
  // The instrumentation patches when `http` is required, which an ES module never does.
  createRequire(import.meta.url)('node:http')
}

/** Trace ids of 64 bits, as OTLP has them: padded with zeros on the left. */
function shortTraceIds(): IdGenerator {
  const random = new RandomIdGenerator()
  return {
    generateTraceId: () => random.generateSpanId().padStart(32, '0'),
    generateSpanId: () => random.generateSpanId(),
  }
}
