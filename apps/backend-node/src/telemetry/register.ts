// Loaded by `node --import`, before the modules of a service, so that the instrumentations can patch those.
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { AmqplibInstrumentation } from '@opentelemetry/instrumentation-amqplib'
import { ExpressInstrumentation, ExpressLayerType } from '@opentelemetry/instrumentation-express'
import { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis'
import { KafkaJsInstrumentation } from '@opentelemetry/instrumentation-kafkajs'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino'
import {
  defaultResource,
  envDetector,
  hostDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions'
import { register } from 'import-in-the-middle/register-hooks.mjs'
import packageJson from '../../package.json' with { type: 'json' }

process.env.OTEL_BSP_SCHEDULE_DELAY ??= '500'

// Without this hook, the instrumentations see only what is loaded by `require`.
register()

/** The stock SDK. Sampler, exporter, batches, propagators, service name and resource are configured by `OTEL_*`. */
export const sdk = new NodeSDK({
  resource: defaultResource().merge(resourceFromAttributes({ [ATTR_SERVICE_VERSION]: packageJson.version })),
  // For an attribute of several detectors, the last one counts.
  resourceDetectors: [hostDetector, serviceInstanceIdDetector, envDetector],
  traceExporter: new OTLPTraceExporter(),
  // Without these two the SDK posts metrics and logs to the collector, which accepts only traces.
  metricReaders: [],
  logRecordProcessors: [],
  instrumentations: [
    new HttpInstrumentation({ ignoreIncomingRequestHook: (request) => request.url === '/healthz' }),
    // The layers give the server span its route, and need no spans of their own.
    new ExpressInstrumentation({
      ignoreLayersType: [
        ExpressLayerType.MIDDLEWARE,
        ExpressLayerType.ROUTER,
        ExpressLayerType.REQUEST_HANDLER,
      ],
    }),
    new GrpcInstrumentation(),
    // What a service does at its start belongs to no request.
    new PgInstrumentation({ requireParentSpan: true, ignoreConnectSpans: true }),
    new IORedisInstrumentation({ requireParentSpan: true }),
    new AmqplibInstrumentation(),
    new KafkaJsInstrumentation(),
    new PinoInstrumentation({ disableLogSending: true }),
  ],
})
sdk.start()
